package problem

import "github.com/danielgtaylor/huma/v2/validation"

// speakChinese puts Chinese in place of huma's English validation messages.
func speakChinese() {
	for message, words := range map[*string]string{
		&validation.MsgUnexpectedProperty:                "没有这个字段。",
		&validation.MsgExpectedRFC3339DateTime:           "应为日期时间，例如 2026-11-23T09:00:00+08:00。",
		&validation.MsgExpectedRFC1123DateTime:           "应为日期时间。",
		&validation.MsgExpectedRFC3339Date:               "应为日期，例如 2026-11-23。",
		&validation.MsgExpectedRFC3339Time:               "应为时间，例如 09:00:00。",
		&validation.MsgExpectedRFC5322Email:              "应为电子邮箱地址（%v）。",
		&validation.MsgExpectedRFC3986URI:                "应为网址（%v）。",
		&validation.MsgExpectedRFC4122UUID:               "编号格式不对（%v）。",
		&validation.MsgExpectedRegexp:                    "格式不对（%v）。",
		&validation.MsgExpectedMatchAtLeastOneSchema:     "内容不符合要求。",
		&validation.MsgExpectedMatchExactlyOneSchema:     "内容不符合要求。",
		&validation.MsgExpectedNotMatchSchema:            "内容不符合要求。",
		&validation.MsgExpectedPropertyNameInObject:      "缺少必填字段。",
		&validation.MsgExpectedBoolean:                   "应为 true 或 false。",
		&validation.MsgExpectedDuration:                  "应为时长（%v）。",
		&validation.MsgExpectedNumber:                    "应为数字。",
		&validation.MsgExpectedInteger:                   "应为整数。",
		&validation.MsgExpectedString:                    "应为文字。",
		&validation.MsgExpectedBase64String:              "应为 Base64 编码。",
		&validation.MsgExpectedArray:                     "应为列表。",
		&validation.MsgExpectedObject:                    "应为对象。",
		&validation.MsgExpectedArrayItemsUnique:          "列表里有重复的内容。",
		&validation.MsgExpectedOneOf:                     "只能是这些之一：%s。",
		&validation.MsgExpectedConst:                     "只能是 %v。",
		&validation.MsgExpectedMinimumNumber:             "不能小于 %v。",
		&validation.MsgExpectedExclusiveMinimumNumber:    "必须大于 %v。",
		&validation.MsgExpectedMaximumNumber:             "不能大于 %v。",
		&validation.MsgExpectedExclusiveMaximumNumber:    "必须小于 %v。",
		&validation.MsgExpectedNumberBeMultipleOf:        "必须是 %v 的倍数。",
		&validation.MsgExpectedMinLength:                 "至少 %d 个字。",
		&validation.MsgExpectedMaxLength:                 "最多 %d 个字。",
		&validation.MsgExpectedBePattern:                 "格式不对，应为 %s。",
		&validation.MsgExpectedMatchPattern:              "格式不对，应符合 %s。",
		&validation.MsgExpectedMinItems:                  "至少 %d 项。",
		&validation.MsgExpectedMaxItems:                  "最多 %d 项。",
		&validation.MsgExpectedMinProperties:             "至少 %d 个字段。",
		&validation.MsgExpectedMaxProperties:             "最多 %d 个字段。",
		&validation.MsgExpectedRequiredProperty:          "缺少必填字段 %s。",
		&validation.MsgExpectedDependentRequiredProperty: "缺少字段 %s（填写 %s 时必填）。",
		&validation.MsgExpectedResolvableSchemaRef:       "内容不符合要求（%s）。",
	} {
		*message = words
	}
}
