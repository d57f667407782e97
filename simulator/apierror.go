package simulator

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"time"
)

// apiError is a refusal in WeChat's words.
type apiError struct {
	code int
	text string
}

// Error says the code and the words.
func (e apiError) Error() string {
	return strconv.Itoa(e.code) + " " + e.text
}

// texts are WeChat's words by code.
var texts = map[int]string{
	40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40004: "invalid media type",
	40005: "invalid file type",
	40007: "invalid media_id",
	40009: "invalid image size",
	40008: "invalid message type",
	40013: "invalid appid",
	40014: "invalid access_token",
	40016: "invalid button size",
	40017: "invalid button type",
	40018: "invalid button name size",
	40019: "invalid button key size",
	40020: "invalid button url size",
	40023: "invalid sub button size",
	40029: "invalid code",
	40030: "invalid refresh_token",
	40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
	40035: "invalid parameter",
	40036: "invalid template_id size",
	40037: "invalid template_id",
	40039: "invalid url size",
	40052: "invalid action name",
	40053: "invalid action info",
	40059: "invalid msg id",
	40066: "invalid url",
	40097: "invalid args",
	40114: "invalid index value",
	40125: "invalid appsecret",
	40129: "invalid scene",
	40130: "invalid openid list size, at least two openid",
	40163: "code been used",
	40165: "invalid weapp pagepath",
	40169: "invalid length for scene, or the data is not json string",
	40212: "invalid query",
	41001: "access_token missing",
	41002: "appid missing",
	41004: "appsecret missing",
	41005: "media data missing",
	41008: "missing code",
	41030: "invalid page",
	41039: "invalid content_source_url",
	42001: "access_token expired",
	42002: "refresh_token expired",
	42003: "code expired",
	43001: "require GET method",
	43002: "require POST method",
	43004: "require subscribe",
	43101: "user refuse to accept the msg",
	43104: "appid and openid not match",
	44002: "empty post data",
	44004: "empty content",
	45002: "content size out of limit",
	45003: "title size out of limit",
	45004: "description size out of limit",
	45005: "url size out of limit",
	45008: "article size out of limit",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	45015: "response out of time limit or subscription is canceled",
	61500: "date format error",
	61501: "date range error",
	61503: "data not ready",
	45028: "has no masssend quota",
	45047: "out of response count limit",
	45062: "has agreement ad. please use mp.weixin.qq.com",
	45064: "no permission to use weapp in menu",
	45065: "clientmsgid exist",
	45066: "same clientmsgid retry too fast",
	45067: "clientmsgid size out of limit",
	45110: "author size out of limit",
	45159: "invalid tag_id",
	45166: "invalid content",
	46003: "menu no exist",
	47001: "data format error",
	47003: "argument invalid!",
	48001: "api unauthorized",
	48006: "forbid to clear quota because of reaching the limit",
	48021: "auto saved draft can not be mass sent",
	53404: "account is limited, goods can not be inserted",
	53405: "goods are invalid",
	53406: "goods card is not allowed",
	53503: "draft check failed, please check it on mp.weixin.qq.com",
	53504: "this draft has to be published on mp.weixin.qq.com",
	53505: "please save the draft on mp.weixin.qq.com before publishing",
	53600: "invalid article_id",
	61010: "code is expired",
	85096: "not allow include scancode_time field",
	85401: "expire time out of range",
	85402: "invalid env_version",
	88000: "without comment privilege",
	89504: "mass send needs the confirmation of an administrator",
	89505: "mass send is waiting for the confirmation of an administrator",
}

// refuse is a refusal in WeChat's usual words for a code.
func refuse(code int) error {
	return apiError{code: code, text: texts[code]}
}

// refuseBecause is a refusal that says more than the usual words.
func refuseBecause(code int, text string) error {
	return apiError{code: code, text: text}
}

// reply is a JSON answer.
type reply map[string]any

func done() reply {
	return reply{"errcode": 0, "errmsg": "ok"}
}

// refusal is the JSON of an error, with the request id that WeChat puts behind the words.
func refusal(code int, text, requestID string) reply {
	return reply{"errcode": code, "errmsg": text + " rid: " + requestID}
}

// requestID has WeChat's form: three times eight hexadecimal digits, time first.
func requestID(now time.Time) string {
	return fmt.Sprintf("%08x-%08x-%s", uint32(now.Unix()), crc32.ChecksumIEEE([]byte(now.String())), randomHex(4)) //nolint:gosec // a label that may wrap
}
