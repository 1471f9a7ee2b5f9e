import { useState } from "react";
import { ForgotForm } from "./ForgotForm";
import { LoginForm } from "./LoginForm";
import { RegisterForm } from "./RegisterForm";

export type EmailStep = "login" | "register" | "forgot";

/** Everything with a password: in, a new account, a forgotten one. The address stays typed. */
export function EmailPanel() {
  const [step, setStep] = useState<EmailStep>("login");
  const [email, setEmail] = useState("");
  const shared = { email, onEmail: setEmail, onStep: setStep };
  if (step === "register") return <RegisterForm {...shared} />;
  if (step === "forgot") return <ForgotForm {...shared} />;
  return <LoginForm {...shared} />;
}
