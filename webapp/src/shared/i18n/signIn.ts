import en from "./en/signIn.json";
import { addTexts } from "./later";
import ru from "./ru/signIn.json";

addTexts({ ru, en });
