// What the phone's screen shows: the chat, the notices and the menu.
import { byId, changed, dayTime, element, link, linked } from "./dom.mjs";
import { openApp } from "./app.mjs";
import { isArticle, read } from "./reader.mjs";

let holder = "";

function pairs(lines) {
  const list = element("dl");
  for (const { label, value } of lines ?? []) list.append(element("dt", {}, label), element("dd", {}, value));
  return list;
}

function bubble(line) {
  const wide = line.lines?.length > 0 || line.kind === "news";
  const box = element("div", { class: `bubble ${line.from}${wide ? " wide" : ""}` });
  if (line.title) box.append(element("strong", {}, line.title));
  if (line.from !== "system") box.prepend(element("span", { class: "hidden" }, line.from === "person" ? "我：" : "公众号："));
  if (line.text && line.kind !== "image") box.append(...linked(line.text));
  if (line.lines?.length) box.append(pairs(line.lines));
  if (line.url && line.kind === "image") box.append(element("img", { src: line.url, alt: "发送的图片" }));
  else if (line.kind === "image") box.append(line.text);
  else if (isArticle(line.url)) box.append(element("button", { class: "page", onclick: () => read(line.url, holder, "message") }, "阅读全文"));
  else if (line.url) box.append(element("span", { class: "page" }, link(line.url, line.url)));
  return box;
}

const channels = { subscribe: "订阅消息", template: "模板消息", customer: "客服消息" };
const accounts = { mini: "小程序", official: "公众号" };

function card(notice) {
  const target = notice.page ? element("button", { class: "page", onclick: () => openApp(notice.page) }, "打开小程序页面") : "";
  return element("article", { class: "bubble wide" },
    element("span", { class: "from" }, notice.sms ? "短信" : `${accounts[notice.account]} · ${channels[notice.channel]}`),
    notice.title ? element("strong", {}, notice.title) : "",
    ...linked(notice.text ?? ""),
    notice.lines?.length ? pairs(notice.lines) : "",
    target,
    notice.url ? element("span", { class: "page" }, link(notice.url, notice.url)) : "",
    element("time", { datetime: notice.at }, dayTime(notice.at)));
}

// append adds only what is new, so that a screen reader says only that.
const drawn = new Map();
function append(area, key, items, make, empty) {
  const before = drawn.get(area.id);
  const again = before?.key === key && items.length >= before.count && before.count > 0;
  if (again && items.length === before.count) return;
  if (!again) area.replaceChildren();
  if (items.length === 0) area.append(element("p", { class: "empty" }, empty));
  area.append(...items.slice(again ? before.count : 0).map(make));
  area.scrollTop = area.scrollHeight;
  drawn.set(area.id, { key, count: items.length });
}

let seen = { name: "", count: 0 };
export function showScreen(state) {
  const name = state.person?.name ?? "";
  holder = name;
  const notices = (state.notices ?? []).filter((notice) => notice.channel !== "customer" || notice.account === "mini");
  const texts = (state.texts ?? []).map((text) => ({ sms: true, id: text.id, text: text.text, at: text.at }));
  notices.push(...texts);
  notices.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const first = `${name} ${(state.chat ?? [])[0]?.id} ${notices[0]?.id}`;
  append(byId("chat"), first, state.chat ?? [], bubble, "这里是与公众号的聊天。");
  append(byId("notices"), first, notices, card, "还没有服务通知。");
  const open = !byId("view-notices").hidden;
  if (seen.name !== name || open || notices.length < seen.count) seen = { name, count: notices.length };
  const fresh = notices.length - seen.count;
  byId("badge").hidden = fresh === 0;
  byId("badge").textContent = fresh === 0 ? "" : String(fresh);
  byId("badge").setAttribute("aria-label", `${fresh} 条新通知`);
  byId("invite").hidden = !state.person || state.person.follows;
  byId("writing").hidden = !state.person?.follows;
}

function body(entry) {
  if (entry.type === "view") return { url: entry.url };
  if (entry.type === "miniprogram") return { pagepath: entry.pagepath };
  return { key: entry.key };
}

export function showMenu(menu, tap) {
  if (!changed("menu", menu)) return;
  const bar = byId("menu");
  bar.replaceChildren();
  for (const top of menu?.button ?? []) {
    const holder = element("div");
    if (!top.sub_button?.length) {
      holder.append(element("button", { onclick: () => tap(body(top), top) }, top.name));
      bar.append(holder);
      continue;
    }
    const list = element("ul", { hidden: true });
    const opener = element("button", { "aria-expanded": "false", onclick: () => toggle(list, opener) }, `≡ ${top.name}`);
    for (const entry of top.sub_button) {
      list.append(element("li", {}, element("button", { onclick: () => { toggle(list, opener); tap(body(entry), entry); } }, entry.name)));
    }
    holder.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      toggle(list, opener);
      opener.focus();
    });
    holder.append(opener, list);
    bar.append(holder);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#menu")) return;
  for (const list of byId("menu").querySelectorAll("ul")) list.hidden = true;
  for (const opener of byId("menu").querySelectorAll("[aria-expanded]")) opener.setAttribute("aria-expanded", "false");
});

function toggle(list, opener) {
  const opening = list.hidden;
  for (const other of byId("menu").querySelectorAll("ul")) other.hidden = true;
  for (const other of byId("menu").querySelectorAll("[aria-expanded]")) other.setAttribute("aria-expanded", "false");
  list.hidden = !opening;
  opener.setAttribute("aria-expanded", String(opening));
}
