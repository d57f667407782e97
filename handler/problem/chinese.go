package problem

import (
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// missing begins huma's message about a field that is not there; the field's
// name follows.
const missing = "缺少字段："

// Words that stand in for several of huma's.
const (
	wordsMissing = "请填写。"
	wordsBoolean = "应为是或否。"
	wordsInteger = "应为整数。"
	wordsNumber  = "应为数字。"
	wordsOther   = "内容不符合要求。"
)

// english are the beginnings of the messages about parameters that huma does
// not let us replace.
var english = []struct{ begins, words string }{
	{"unknown query parameter", "没有这个参数，请删去。"},
	{"required ", wordsMissing},
	{"invalid integer", wordsInteger},
	{"invalid float", wordsNumber},
	{"invalid boolean", wordsBoolean},
	{"invalid date/time", "应为日期和时间。"},
}

// fieldOf says in Chinese what huma found wrong in one place.
func fieldOf(d *huma.ErrorDetail) Field {
	place := d.Location
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if name, found := strings.CutPrefix(place, prefix); found {
			place = name
			break
		}
	}
	if name, found := strings.CutPrefix(d.Message, missing); found {
		if d.Location != "body" {
			name = place + "." + name
		}
		return Field{Field: name, Message: wordsMissing}
	}
	return Field{Field: place, Message: inChinese(d.Message)}
}

func inChinese(message string) string {
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return message
	}
	for _, e := range english {
		if strings.HasPrefix(message, e.begins) {
			return e.words
		}
	}
	return wordsOther
}

// speakChinese puts Chinese in place of huma's English validation messages.
// Each takes as many values as the one it replaces; %.0s takes one and shows
// nothing, where the value is English or a pattern.
func speakChinese() {
	for message, words := range map[*string]string{
		&validation.MsgUnexpectedProperty:                 "没有这个字段，请删去。",
		&validation.MsgExpectedRFC3339DateTime:            "应为带时区的日期和时间。",
		&validation.MsgExpectedRFC1123DateTime:            "应为日期和时间。",
		&validation.MsgExpectedRFC3339Date:                "应为日期，例如 2026-11-23。",
		&validation.MsgExpectedRFC3339Time:                "应为时间，例如 09:00:00。",
		&validation.MsgExpectedRFC5322Email:               "应为电子邮箱地址。%.0s",
		&validation.MsgExpectedRFC5322EmailBare:           "应为电子邮箱地址，不带姓名。",
		&validation.MsgExpectedRFC5890Hostname:            "应为主机名。",
		&validation.MsgExpectedRFC2673IPv4:                "应为网络地址。",
		&validation.MsgExpectedRFC2373IPv6:                "应为网络地址。",
		&validation.MsgExpectedRFCIPAddr:                  "应为网络地址。",
		&validation.MsgExpectedRFC3986AbsoluteURI:         "应为完整的网址。",
		&validation.MsgExpectedRFC6570URITemplate:         "应为网址模板。",
		&validation.MsgExpectedRFC6901JSONPointer:         "应为字段的路径。",
		&validation.MsgExpectedRFC6901RelativeJSONPointer: "应为字段的路径。",
		&validation.MsgExpectedRFC3986URI:                 "应为网址。%.0s",
		&validation.MsgExpectedRFC4122UUID:                "编号格式不对。%.0s",
		&validation.MsgExpectedRegexp:                     "格式不对。%.0s",
		&validation.MsgExpectedMatchAtLeastOneSchema:      wordsOther,
		&validation.MsgExpectedMatchExactlyOneSchema:      wordsOther,
		&validation.MsgExpectedNotMatchSchema:             wordsOther,
		&validation.MsgExpectedPropertyNameInObject:       wordsMissing,
		&validation.MsgExpectedBoolean:                    wordsBoolean,
		&validation.MsgExpectedDuration:                   "应为时长。%.0s",
		&validation.MsgExpectedNumber:                     wordsNumber,
		&validation.MsgExpectedInteger:                    wordsInteger,
		&validation.MsgExpectedString:                     "应为文字。",
		&validation.MsgExpectedBase64String:               "编码不对。",
		&validation.MsgExpectedArray:                      "应为列表。",
		&validation.MsgExpectedObject:                     "应为对象。",
		&validation.MsgExpectedArrayItemsUnique:           "列表里有重复的内容。",
		&validation.MsgExpectedOneOf:                      "请从可选的内容中选择。%.0s",
		&validation.MsgExpectedConst:                      "只能是 %v。",
		&validation.MsgExpectedMinimumNumber:              "不能小于 %v。",
		&validation.MsgExpectedExclusiveMinimumNumber:     "必须大于 %v。",
		&validation.MsgExpectedMaximumNumber:              "不能大于 %v。",
		&validation.MsgExpectedExclusiveMaximumNumber:     "必须小于 %v。",
		&validation.MsgExpectedNumberBeMultipleOf:         "必须是 %v 的倍数。",
		&validation.MsgExpectedMinLength:                  "至少 %d 个字。",
		&validation.MsgExpectedMaxLength:                  "最多 %d 个字。",
		&validation.MsgExpectedBePattern:                  "格式不对，应为%s。",
		&validation.MsgExpectedMatchPattern:               "格式不对。%.0s",
		&validation.MsgExpectedMinItems:                   "至少 %d 项。",
		&validation.MsgExpectedMaxItems:                   "最多 %d 项。",
		&validation.MsgExpectedMinProperties:              "至少 %d 个字段。",
		&validation.MsgExpectedMaxProperties:              "最多 %d 个字段。",
		&validation.MsgExpectedRequiredProperty:           missing + "%s",
		&validation.MsgExpectedDependentRequiredProperty:  missing + "%s%.0s",
		&validation.MsgExpectedResolvableSchemaRef:        wordsOther + "%.0s",
	} {
		*message = words
	}
}
