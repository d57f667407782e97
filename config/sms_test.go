package config_test

import "testing"

func TestAGatewayForTextsNeedsASecretAndHTTPS(t *testing.T) {
	t.Parallel()
	onlyMistake(t, production().with("LIANXIN_SMS_URL", "https://sms.test/send"), "LIANXIN_SMS_SECRET", "必须填")
	onlyMistake(t, production().with("LIANXIN_SMS_SECRET", smsSecret), "LIANXIN_SMS_URL", "没有填")
	onlyMistake(t, production().with("LIANXIN_SMS_URL", "http://sms.test/send", "LIANXIN_SMS_SECRET", smsSecret), "LIANXIN_SMS_URL", "https")
	load(t, production().with("LIANXIN_SMS_URL", "http://127.0.0.1:7000/sms", "LIANXIN_SMS_SECRET", smsSecret))
}
