package keyword_test

import (
	"strings"
	"testing"

	"lianxin/simulator/keyword"
)

func TestValuesFollowTheRulesOfTheirKind(t *testing.T) {
	tests := []struct {
		key, value string
		want       bool
	}{
		{"thing1", strings.Repeat("字", 20), true},
		{"thing1", strings.Repeat("字", 21), false},
		{"thing1", "", false},
		{"thing1", "一行\n两行", false},
		{"thing1", "制表\t符", false},
		{"thing1", "坏\xff", false},
		{"thing", "没有编号", false},
		{"other1", "未知", false},
		{"number1", "12.50", true},
		{"number1", strings.Repeat("1", 33), false},
		{"number1", "十二", false},
		{"letter1", "abcXYZ", true},
		{"letter1", "ab1", false},
		{"symbol1", "+-*/%", true},
		{"symbol1", "+-*/%+", false},
		{"symbol1", "a", false},
		{"character_string1", "LX-2026/0001", true},
		{"character_string1", "编号1", false},
		{"character_string1", strings.Repeat("A", 33), false},
		{"time1", "15:01", true},
		{"time1", "2026年11月1日 15:01:02", true},
		{"time1", "2026-11-01 08:00~2026-11-01 09:30", true},
		{"time1", "2026年11月1日", false},
		{"time1", "25:01", false},
		{"date1", "2026年11月1日", true},
		{"date1", "2026-11-01 15:01", true},
		{"date1", "2026/11/01~2026/11/03", true},
		{"date1", "2026.11.01", true},
		{"date1", "2026年13月1日", false},
		{"date1", "明天", false},
		{"amount1", "¥12.50元", true},
		{"amount1", "12345678901", false},
		{"phone_number1", "+86-0766-66888866", true},
		{"phone_number1", "010-1234567890123456", false},
		{"car_number1", "粤A8Z888挂", true},
		{"car_number1", "粤A8Z8888挂", false},
		{"name1", "王小明", true},
		{"name1", strings.Repeat("字", 11), false},
		{"name1", "Jean-Baptiste Poquel", true},
		{"name1", strings.Repeat("a", 21), false},
		{"name1", "王abcdefghij", false},
		{"phrase1", "办理中", true},
		{"phrase1", "办理中一二三", false},
		{"phrase1", "done", false},
		{"enum1", "已完成", true},
		{"enum1", "别的", false},
	}
	for _, test := range tests {
		t.Run(test.key+" "+test.value, func(t *testing.T) {
			if got := keyword.Valid(test.key, test.value, []string{"已完成"}); got != test.want {
				t.Errorf("Valid(%q, %q) = %v", test.key, test.value, got)
			}
		})
	}
}

func TestOnlyNumberedKindsAreKnown(t *testing.T) {
	for key, want := range map[string]bool{"thing1": true, "enum2": true, "phone_number12": true, "thing": false, "first": false, "remark1": false} {
		if got := keyword.Known(key); got != want {
			t.Errorf("Known(%q) = %v", key, got)
		}
	}
}
