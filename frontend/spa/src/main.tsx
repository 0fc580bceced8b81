import "./styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startLive } from "./live/hooks";

const root = document.getElementById("root");
if (root) {
  startLive();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
