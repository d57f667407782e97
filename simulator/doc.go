// Package simulator stands in for WeChat: a mini-program and an official account, with
// WeChat's own validation, error codes, token life, grants, windows and pushes, and a phone
// in the browser to be a person with. It knows nothing of the app that it is used with, and
// it refuses what WeChat's documentation refuses, whether that is convenient or not.
//
// A request for api.weixin.qq.com, mp.weixin.qq.com or open.weixin.qq.com is answered at the
// same path on the stand-in's address. The phone page is at /, and a control API under
// /simulator/ does what only a person, WeChat's console or bad luck can do. Its answers are
// JSON; a refusal has a 4xx status and {"error":"…"}; an unknown name in a body is refused;
// an unknown person appears when they first act. A is mini or official, N a person's name.
//
// People and codes:
//
//	POST   /simulator/login-codes       {"account":"mini","user":"N"}  → {"code":"…"}; counts as a visit
//	                                    {"account":"official","user":"N","scope":"snsapi_userinfo","snapshot":false}
//	POST   /simulator/phone-codes       {"user":"N"}  → {"code":"…","phone":"138…"}
//	GET    /simulator/users             → {"users":[{"name","phone","unionid","openids":{"mini","official"},"follows","grants"}]}
//	POST   /simulator/users             {"name":"N","phone":"13900000001"}  phone may be left out
//	GET    /simulator/users/N           one of them
//	GET    /simulator/users/N/notices   → {"notices":[{"id","channel":"subscribe|template|customer","account","template_id","title",
//	                                    "data":{"thing1":"…"},"lines":[{"key","label","value"}],"page","url","kind","text","at"}]}
//	GET    /simulator/users/N/chat      → {"chat":[{"id","from":"person|official|system","kind","title","text","url","lines","at"}]}
//	POST   /simulator/users/N/visits    no body; the person opens the mini-program now
//	GET    /simulator/users/N/grants    → {"grants":{"mini-progress":1}}
//	POST   /simulator/users/N/grants    {"account":"mini","template_ids":["mini-progress"],"answer":"accept"}  or reject; 1 to 3 ids
//	DELETE /simulator/users/N/grants    the same body; the person withdraws in the settings
//
// What a person does with the official account (each is pushed to its callback):
//
//	POST   /simulator/users/N/follow    {} or {"scene":"s1"}
//	POST   /simulator/users/N/unfollow  no body
//	POST   /simulator/users/N/scan      {"scene":"s1"}  a scene of qrcode/create that has not expired
//	POST   /simulator/users/N/click     {"key":"k1"}, {"url":"https://…"} or {"pagepath":"pages/…"}  of menu/create
//	POST   /simulator/users/N/messages  {"type":"text","text":"你好"}, {"type":"image"}, {"type":"voice","recognition":"你好"},
//	                                    {"type":"location","latitude":31.2,"longitude":121.5,"scale":15,"label":"人民广场"},
//	                                    {"type":"link","title":"…","description":"…","url":"https://…"};
//	                                    "account":"mini" writes to the mini-program's customer service
//	POST   /simulator/users/N/enter     {"url":"https://open.weixin.qq.com/connect/oauth2/authorize?…"}  → {"redirect":"…code=…"}
//	POST   /simulator/users/N/shares    {"url":"http://mp.weixin.qq.com/s/…"}  passes a public article on
//	GET    /s/ID                        ?as=N&from=message|profile|friend|moments  an article as it is shown; N has read it, which the figures count
//	GET    /simulator/codes             → {"codes":[{"scene","ticket","ends"}]}
//
// Pushes and calls:
//
//	GET    /simulator/pushes            ?account=A  → {"pushes":[{"id","account","user","label","at","state":"waiting|delivered|failed|unsent",
//	                                    "body","sent","query","attempts":[{"at","status","answer","problem"}]}]}
//	POST   /simulator/pushes            {"account":"official","user":"N","fields":{"MsgType":"event","Event":"LOCATION","Latitude":"31.2"}}
//	                                    {"account":"mini","body":"{…}","mode":"plain","copies":2}  mode and copies may be left out
//	POST   /simulator/pushes/ID/resend  {} the same bytes again, or {"fresh":true} signed anew
//	GET    /simulator/calls             → {"calls":[{"path","account","errcode","status","fault","at"}]}, the newest last
//
// Troubles and settings:
//
//	GET    /simulator/faults            → {"faults":[…]}
//	PUT    /simulator/faults            {"path":"/cgi-bin/token","errcode":45009,"errmsg":"…","times":2}; or "delay_ms":3000, "drop":true, "drop_after":true,
//	                                    "status":500, "revoke_token":true; path "*" is every path; no times means until switched off
//	DELETE /simulator/faults            ?path=/cgi-bin/token  without path: all
//	GET    /simulator/clock             → {"now":"…"}
//	POST   /simulator/clock             {"advance":"49h"} or {"set":"2026-11-22T09:00:00+08:00"}
//	GET    /simulator/accounts/A        → {"appid","original_id","kind","verified","bound","mode","format","callback","expires_in"}
//	PUT    /simulator/accounts/A        {"kind":"subscription","verified":false,"bound":true,"publishes":false,"mode":"plain","format":"json",
//	                                    "callback":"http://…","expires_in":300}  each may be left out
//	GET    /simulator/articles          → {"articles":[{"article_id","idx","title","digest","content","url","cover","by":"publish|mass","at","deleted"}]}
//	GET    /simulator/publishing        → {"hold","publish_status","mass_status","text_ids","waiting"}
//	PUT    /simulator/publishing        {"hold":true,"publish_status":4,"mass_status":"err(10001)","text_ids":true}  each may be left out;
//	                                    hold keeps jobs unfinished until it is false; the others are how later jobs end, and publish_id as text
//	POST   /simulator/accounts/A/verify no body; → {"ok":true,"status":200,"answer":"…"}
//	POST   /simulator/tokens/revoke     {"account":"mini"}
//	GET    /simulator/media-verdicts    → {"media_verdicts":[…]}
//	POST   /simulator/media-verdicts    {"user":"N","suggest":"risky","label":20002,"times":1}  no user: anybody's; times -1: all to come
//	DELETE /simulator/media-verdicts    everything passes again
//	GET    /simulator/text-rules        → {"text_rules":[{"contains":"违规","suggest":"risky","label":20006}]}
//	POST   /simulator/text-rules        {"contains":"赌博","suggest":"review","label":21000}  decides before the others
//	PUT    /simulator/text-rules        {"text_rules":[…]}  in the place of all
//	POST   /simulator/reset             no body; people, tokens, faults, clock and records start again; callbacks stay
//	GET    /simulator/phone             ?user=N  everything that the phone page shows
package simulator
