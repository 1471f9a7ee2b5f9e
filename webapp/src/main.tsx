import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/shared/i18n";
import { App } from "@/app/App";
import { Boundary } from "@/app/Boundary";
import { makeQueries } from "@/app/queries";
import "@/shared/ui/style.css";
import { meetTelegram } from "@/shared/telegram/client";
import { followTelegram } from "@/shared/telegram/theme";

meetTelegram();
followTelegram();
const queries = makeQueries();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Boundary>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </Boundary>
    </StrictMode>,
  );
}
