// The app's own pages, as they open inside WeChat: in a frame that is named after who holds the phone.
import { byId } from "./dom.mjs";

let base = "";
let holder = "";

/** Says where the app is and who holds the phone; another person has another phone. */
export function holds(address, who) {
  const next = (address ?? "").replace(/\/$/, "");
  if (next === base && who === holder) return;
  base = next;
  holder = who;
  const before = byId("app-page");
  const fresh = before.cloneNode();
  fresh.removeAttribute("src");
  fresh.setAttribute("name", `phone:${who}`);
  before.replaceWith(fresh);
}

/** Whether an address is one of the app, which opens in the phone. */
export const isApp = (address) => base !== "" && (address ?? "").startsWith(base + "/");

/** Opens an address of the app, or a page of the mini-program by its path. */
export function openApp(target) {
  const address = isApp(target) ? target : `${base}/h5/#/${target.replace(/^\//, "")}`;
  // A page that differs behind the # alone would not be opened anew.
  const frame = byId("app-page");
  const now = new URL(address);
  now.searchParams.set("opened", String(Date.now()));
  frame.setAttribute("src", now.href);
  byId("tab-app").click();
}

byId("app-home").addEventListener("click", () => openApp("pages/index/index"));
byId("app-again").addEventListener("click", () => openApp(byId("app-page").getAttribute("src") ?? "pages/index/index"));
byId("tab-app").addEventListener("click", () => {
  if (!byId("app-page").getAttribute("src")) openApp("pages/index/index");
});

// What is tapped in the chat or among the notices opens in the phone when it is the app's.
document.querySelector(".handset").addEventListener("click", (event) => {
  const tapped = event.target.closest("a[href]");
  if (tapped === null || !isApp(tapped.href)) return;
  event.preventDefault();
  openApp(tapped.href);
});
