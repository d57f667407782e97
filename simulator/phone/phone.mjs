// The phone: it asks the stand-in again and again what there is to show, and sends what the person does.
import { byId } from "./dom.mjs";
import { act, ask, tell } from "./control.mjs";
import { showMenu, showScreen } from "./chat.mjs";
import { holds, isApp, openApp } from "./app.mjs";
import { showArticles } from "./reader.mjs";
import { showCode, showDesk } from "./desk.mjs";

const interval = 1500;
// Windows beside each other may be phones of different people: /?user=NAME.
let who = new URLSearchParams(location.search).get("user") ?? sessionStorage.getItem("simulator-user") ?? localStorage.getItem("simulator-user") ?? "";
let state;

const mine = (deed) => `users/${encodeURIComponent(who)}/${deed}`;

async function load() {
  state = await ask("GET", `phone?user=${encodeURIComponent(who)}`);
  if (!state.person && state.users.length > 0) {
    choose(state.users[0]);
    return load();
  }
  holds(state.app_url, state.person?.name ?? "");
  showScreen(state);
  showArticles(state);
  showMenu(state.menu, tap);
  showDesk(state, reload);
  return undefined;
}

// reload leaves the last word about a failed deed on the screen.
async function reload() {
  try {
    await load();
  } catch (problem) {
    tell(problem.message);
  }
}

let lost = false;
async function poll() {
  try {
    if (!document.hidden) await load();
    if (lost) tell("");
    lost = false;
  } catch (problem) {
    if (!lost) tell(problem.message);
    lost = true;
  }
  setTimeout(poll, interval);
}

function choose(name) {
  if (name !== who) byId("minted").replaceChildren();
  who = name;
  sessionStorage.setItem("simulator-user", name);
  localStorage.setItem("simulator-user", name);
  if (location.search !== "") history.replaceState(null, "", location.pathname);
}

async function tap(body, entry) {
  const answer = await act(() => ask("POST", mine("click"), body));
  if (entry.type === "miniprogram") openApp(entry.pagepath);
  else if (answer?.open && isApp(entry.url)) openApp(entry.url);
  else if (answer?.open) window.open(entry.url, "_blank", "noopener");
  await reload();
}

const on = (id, type, deed) => byId(id).addEventListener(type, async (event) => {
  event.preventDefault();
  await act(() => deed(event));
  await reload();
});

on("who", "change", () => choose(byId("who").value));
on("create", "submit", async () => {
  const name = byId("new-name").value.trim();
  await ask("POST", "users", { name });
  byId("new-name").value = "";
  choose(name);
});

on("follow", "click", () => ask("POST", mine("follow")));
on("unfollow", "click", () => ask("POST", mine("unfollow")));
on("say", "submit", async () => {
  const text = byId("words").value.trim();
  if (text === "") return;
  byId("words").value = "";
  await ask("POST", mine("messages"), { type: "text", text });
});
on("send-location", "click", () => ask("POST", mine("messages"), { type: "location", latitude: 30.2656, longitude: 120.1733, label: "和平里小区" }));
on("send-image", "click", () => ask("POST", mine("messages"), { type: "image" }));
on("send-voice", "click", () => ask("POST", mine("messages"), { type: "voice", recognition: "我想找我的代表" }));
on("scan", "submit", async () => {
  await ask("POST", mine("scan"), { scene: byId("scene").value.trim() });
  byId("scene").value = "";
});

// A code of the mini-program carries its scene to a page, not to the chat.
on("scan-mini", "click", async () => {
  const scene = byId("scene").value.trim();
  if (scene === "") return;
  byId("scene").value = "";
  await ask("POST", mine("visits"));
  openApp(`pages/scene/index?scene=${encodeURIComponent(scene)}`);
});

on("login", "click", async () => {
  const { code } = await ask("POST", "login-codes", { account: "mini", user: who });
  const app = (state.app_url || "http://127.0.0.1:8080").replace(/\/$/, "");
  showCode("登录码", code, `curl -X POST ${app}/api/v1/sessions/wechat \\\n  -H 'Content-Type: application/json' \\\n  -d '{"code":"${code}"}'`);
});
on("phone-code", "click", async () => {
  const { code } = await ask("POST", "phone-codes", { user: who });
  showCode("手机号授权码", code);
});
on("visit", "click", async () => {
  await ask("POST", mine("visits"));
  byId("minted").textContent = "已打开小程序：接下来两小时内可以做内容安全检测。";
  openApp("pages/index/index");
});

on("advance", "click", async (event) => {
  const step = event.target.dataset.advance;
  if (step) await ask("POST", "clock", { advance: step });
});

const usual = { errcode: "45009", delay_ms: "3000", status: "500", drop: "", revoke_token: "" };
byId("fault-kind").addEventListener("change", () => {
  const kind = byId("fault-kind").value;
  byId("fault-value").value = usual[kind];
  byId("fault-value").disabled = usual[kind] === "";
});
on("fault", "submit", () => {
  const kind = byId("fault-kind").value;
  const value = usual[kind] === "" ? true : Number.parseInt(byId("fault-value").value, 10) || 0;
  return ask("PUT", "faults", { path: byId("fault-path").value, times: Number.parseInt(byId("fault-times").value, 10) || 0, [kind]: value });
});

on("kind", "change", () => ask("PUT", "accounts/official", { kind: byId("kind").value }));
byId("verified").addEventListener("change", () => act(() => ask("PUT", "accounts/official", { verified: byId("verified").checked })).then(reload));
on("reset", "click", async () => {
  if (window.confirm("所有人、聊天、通知、令牌和故障都会清空，确定重新开始？")) await ask("POST", "reset");
});

const tabs = [byId("tab-chat"), byId("tab-app"), byId("tab-articles"), byId("tab-notices")];
function show(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    byId(one.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (state) showScreen(state);
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = tabs[(index + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    show(other);
    other.focus();
  });
}

poll();
