// The cards beside the phone: who I am, the mini-program, codes, time, faults, accounts.
import { byId, changed, element, longTime, shortTime } from "./dom.mjs";
import { act, ask, copy } from "./control.mjs";

function rows(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function options(select, values, chosen) {
  select.replaceChildren(...values.map(([value, words]) => element("option", { value, selected: value === chosen }, words)));
}

export function showDesk(state, reload) {
  byId("clock").textContent = `${longTime(state.now)}（北京时间）`;
  byId("clock").setAttribute("datetime", state.now);
  byId("clock-short").textContent = shortTime(state.now);
  byId("owner").textContent = state.person?.name ?? "";
  byId("app-link").hidden = !state.app_url;
  if (state.app_url) byId("app-link").setAttribute("href", state.app_url);
  showPerson(state);
  showTemplates(state, reload);
  showCodes(state);
  showFaults(state, reload);
  showAccounts(state);
}

function showPerson(state) {
  if (changed("who", [state.users, state.person?.name])) {
    options(byId("who"), state.users.map((name) => [name, name]), state.person?.name);
  }
  if (!state.person || !changed("ids", state.person)) return;
  rows(byId("ids"), [
    ["手机号", state.person.phone], ["小程序 openid", state.person.openids.mini],
    ["公众号 openid", state.person.openids.official], ["unionid", state.person.unionid],
  ]);
}

function showTemplates(state, reload) {
  if (!changed("templates", [state.person?.name, state.templates])) return;
  const focused = document.activeElement?.dataset?.template;
  byId("templates").replaceChildren(...(state.templates ?? []).map((template) => {
    const allow = () => act(() => ask("POST", `users/${encodeURIComponent(state.person.name)}/grants`,
      { account: template.account, template_ids: [template.id] })).then(reload);
    return element("li", {},
      element("span", {}, template.title, element("small", {}, `${template.account === "mini" ? "小程序" : "公众号"} · 还可收 ${template.left} 条`)),
      element("button", { class: "button quiet", "data-template": template.id, "aria-label": `允许 ${template.title}`, onclick: allow }, "允许"));
  }));
  if (focused) byId("templates").querySelector(`[data-template="${CSS.escape(focused)}"]`)?.focus();
}

function showCodes(state) {
  if (!changed("codes", state.codes)) return;
  byId("scenes").replaceChildren(...state.codes.map((scene) => element("option", { value: scene })));
  byId("scene-hint").textContent = state.codes.length === 0
    ? "应用还没有生成二维码。"
    : `可以扫的场景值：${state.codes.slice(0, 6).join("、")}`;
}

const faultWords = (fault) => [
  fault.errcode ? `错误码 ${fault.errcode}` : "", fault.delay_ms ? `延迟 ${fault.delay_ms} 毫秒` : "",
  fault.status ? `HTTP ${fault.status}` : "", fault.drop ? "断开连接" : "", fault.revoke_token ? "令牌失效" : "",
  fault.times ? `还有 ${fault.times} 次` : "一直",
].filter(Boolean).join("，");

function showFaults(state, reload) {
  if (changed("paths", state.paths)) {
    options(byId("fault-path"), [["*", "全部接口"], ...state.paths.map((path) => [path, path])], "*");
  }
  if (!changed("faults", state.faults)) return;
  byId("fault-count").hidden = state.faults.length === 0;
  byId("fault-count").textContent = String(state.faults.length);
  byId("faults").replaceChildren(...state.faults.map((fault) => element("li", {},
    element("span", {}, fault.path === "*" ? "全部接口" : fault.path, element("small", {}, faultWords(fault))),
    element("button", {
      class: "button quiet", "aria-label": `关闭 ${fault.path} 的故障`,
      onclick: () => act(() => ask("DELETE", `faults?path=${encodeURIComponent(fault.path)}`)).then(reload),
    }, "关闭"))));
}

function showAccounts(state) {
  const { mini, official } = state.accounts;
  if (changed("accounts", state.accounts)) {
    rows(byId("account"), [
      ["小程序", mini.appid], ["推送到", mini.callback || "未设置"],
      ["公众号", official.appid], ["推送到", official.callback || "未设置"],
    ]);
    byId("kind").value = official.kind;
    byId("verified").checked = official.verified;
  }
  byId("pushes").textContent = `推送共 ${state.pushes.total} 次，失败 ${state.pushes.failed} 次，没有地址而未发出 ${state.pushes.unsent} 次。`;
}

// showCode shows a minted code with a way to copy it, and the call that uses it.
export function showCode(words, code, example) {
  const parts = [element("h3", {}, words), element("pre", {}, code), copier("复制", code)];
  if (example) parts.push(element("p", { class: "hint" }, "五分钟内用一次，例如："), element("pre", {}, example), copier("复制命令", example));
  byId("minted").replaceChildren(...parts);
}

function copier(words, text) {
  const button = element("button", { class: "button quiet", onclick: () => copy(text, button) }, words);
  return button;
}
