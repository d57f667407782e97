// The control API of the stand-in, and the one place where its errors are shown.
import { byId } from "./dom.mjs";

let fading;
export function tell(words) {
  const alert = byId("alert");
  alert.textContent = words;
  alert.hidden = words === "";
  clearTimeout(fading);
  if (words !== "") fading = setTimeout(() => { alert.hidden = true; }, 8000);
}

const meanings = [
  ["no live code has this scene", "没有这个场景值的二维码：先由应用调用 /cgi-bin/qrcode/create 生成，或者它已经过期。"],
  ["nobody has this name", "没有这个人。"],
  ["a name has", "姓名为 1 到 32 个字，不含空格开头结尾、斜线和控制字符。"],
  ["the menu has no such entry", "菜单里没有这一项了。"],
  ["only a follower", "先关注公众号才可以。"],
  ["say what goes wrong", "请填写故障的数值。"],
  ["status is 100 to 599", "HTTP 状态码为 100 到 599，延迟和次数不能为负。"],
];

export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch("/simulator/" + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("模拟器没有回应，它可能已经停止。");
  }
  const answer = await response.json();
  if (response.ok) return answer;
  const known = meanings.find(([start]) => answer.error.startsWith(start));
  throw new Error(known ? known[1] : `没有成功：${answer.error}`);
}

// act runs one deed of the person and shows why it failed, if it did.
export async function act(deed) {
  try {
    tell("");
    return await deed();
  } catch (problem) {
    tell(problem.message);
    return undefined;
  }
}

export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "已复制";
  } catch {
    button.textContent = "请手动复制";
  }
}
