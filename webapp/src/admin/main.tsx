import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/shared/i18n";
import "@/shared/i18n/admin";
import { Admin } from "@/admin/Admin";
import { makeQueries } from "@/admin/queries";
import { Boundary } from "@/admin/ui/Boundary";
import "@/shared/ui/style.css";

const queries = makeQueries();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Boundary>
        <QueryClientProvider client={queries}>
          <Admin />
        </QueryClientProvider>
      </Boundary>
    </StrictMode>,
  );
}
