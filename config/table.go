package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// table is every setting. What is not here cannot be set, and a test checks
// that every field of Config is.
func table() []entry {
	all := servingEntries()
	all = append(all, storageEntries()...)
	all = append(all, accountEntries("wechat.mini", "小程序", func(c *Config) *Account { return &c.WeChat.Mini })...)
	all = append(all, accountEntries("wechat.official", "公众号", func(c *Config) *Account { return &c.WeChat.Official })...)
	all = append(all, wechatEntries()...)
	all = append(all, smsEntries()...)
	all = append(all, templateEntries("template.mini", "小程序", func(c *Config) *NoticeTemplates { return &c.Templates.Mini })...)
	all = append(all, set("template.mini.news", "", func(c *Config) *string { return &c.Templates.News }, templateID(),
		"小程序“关注的动态”通知的模板 ID；不填则关注的动态只放在通知里，不推送"))
	all = append(all, templateEntries("template.official", "公众号", func(c *Config) *NoticeTemplates { return &c.Templates.Official })...)
	all = append(all, ruleEntries()...)
	all = append(all, limitEntries()...)
	all = append(all, abuseEntries()...)
	all = append(all, loadEntries()...)
	return append(all, operationEntries()...)
}

func servingEntries() []entry {
	return []entry{
		set("listen", "127.0.0.1:8080", func(c *Config) *string { return &c.Listen }, address(),
			"监听地址，写成“主机:端口”；要让别的机器访问，写 0.0.0.0:8080 并在前面放 HTTPS 反向代理"),
		set("public_url", "", func(c *Config) *string { return &c.PublicURL }, origin(),
			"群众访问本系统的网址，如 https://lianxin.example.cn；必须是 https，本机地址除外；连接真实微信时必填"),
		set("database", "sqlite:lianxin-data/lianxin.db", func(c *Config) *Database { return &c.Database }, database(),
			"数据库：sqlite:文件路径，或 mysql:用户:密码@tcp(主机:3306)/库名；集群的几个节点写在一起，如 tcp(db1:3306,db2:3306)，先用排在前面的").secret(),
		set("data", "lianxin-data", func(c *Config) *string { return &c.DataDir }, text(), "数据目录；图片存在本机时，放在它下面的 pictures 里"),
		set("trusted_proxies", "", func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }, networks(),
			"前置代理的地址或网段，用逗号分开，如 10.0.0.0/8；只有它们报告的来访地址才可信"),
	}
}

func storageEntries() []entry {
	return []entry{
		set("storage", string(StorageFolder), func(c *Config) *StorageKind { return &c.Storage }, choice(StorageFolder, StorageS3),
			"图片存在哪里：folder 本机目录，s3 兼容 S3 的对象存储；更换前先运行 lianxin pictures move"),
		set("s3.endpoint", "", func(c *Config) *string { return &c.S3.Endpoint }, origin(),
			"对象存储的网址，如 https://s3.example.cn:9000；存储为 s3 时必填"),
		set("s3.region", "us-east-1", func(c *Config) *string { return &c.S3.Region }, word(regionForm, "应只含小写字母、数字和 -，如 cn-north-1"),
			"对象存储的区域；自建的 MinIO、Ceph 一般不用改"),
		set("s3.bucket", "", func(c *Config) *string { return &c.S3.Bucket }, word(bucketForm, "应是 3 到 63 个小写字母、数字、点和 -，首尾是字母或数字"),
			"存储桶的名字；桶要先建好，不要设为公开"),
		set("s3.prefix", "pictures", func(c *Config) *string { return &c.S3.Prefix }, word(prefixForm, "应写成 lianxin/pictures 这样的路径，首尾不带斜线"),
			"图片在桶里的路径前缀"),
		set("s3.access_key", "", func(c *Config) *Secret { return &c.S3.AccessKey }, secretText(), "对象存储的访问密钥 ID").secret(),
		set("s3.secret_key", "", func(c *Config) *Secret { return &c.S3.SecretKey }, secretText(), "对象存储的访问密钥").secret(),
		set("s3.path_style", "on", func(c *Config) *bool { return &c.S3.PathStyle }, onOff(),
			"桶名写在路径里（on，自建存储一般如此）还是域名里（off，公有云一般如此）"),
		set("s3.encryption", "off", func(c *Config) *bool { return &c.S3.Encryption }, onOff(),
			"是否要求存储加密保存（SSE，AES256）：on 或 off"),
		set("s3.allow_http", "off", func(c *Config) *bool { return &c.S3.AllowHTTP }, onOff(),
			"是否允许不加密地连接别的机器上的对象存储：on 或 off"),
		set("s3.timeout", "10s", func(c *Config) *time.Duration { return &c.S3.Timeout }, span(time.Second, time.Minute),
			"对象存储一步操作最多等多久，1s 到 1m"),
	}
}

func accountEntries(key, name string, at func(*Config) *Account) []entry {
	return []entry{
		set(key+".app_id", "", func(c *Config) *string { return &at(c).AppID }, appID(),
			name+"的 AppID，以 wx 开头；不填表示不用"+name),
		set(key+".secret", "", func(c *Config) *Secret { return &at(c).Secret }, secretText(), name+"的 AppSecret").secret(),
		set(key+".token", "", func(c *Config) *Secret { return &at(c).Token }, pushToken(),
			name+"消息推送的 Token，3 到 32 个字母或数字").secret(),
		set(key+".aes_key", "", func(c *Config) *Secret { return &at(c).EncodingAESKey }, aesKey(),
			name+"消息推送的 EncodingAESKey，43 个字符").secret(),
		set(key+".mode", string(Safe), func(c *Config) *Mode { return &at(c).Mode }, choice(Plain, Compatible, Safe),
			name+"消息推送的加密方式，与微信后台所选一致：plain 明文、compatible 兼容、safe 安全"),
	}
}

func wechatEntries() []entry {
	return []entry{
		set("wechat.simulator", "", func(c *Config) *string { return &c.WeChat.Simulator }, origin(),
			"微信模拟器的网址，演示和测试用；不填表示连接真实微信"),
		set("allow_remote_simulator", "off", func(c *Config) *bool { return &c.WeChat.AllowRemoteSimulator }, onOff(),
			"是否允许模拟器在别的机器上：on 或 off"),
		set("wechat.timeout", "5s", func(c *Config) *time.Duration { return &c.WeChat.Timeout }, span(time.Second, time.Minute),
			"调用一次微信接口最多等多久，1s 到 1m"),
	}
}

func templateEntries(key, name string, at func(*Config) *NoticeTemplates) []entry {
	id := func(kind, title string, field func(*NoticeTemplates) *string) entry {
		return set(key+"."+kind, "", func(c *Config) *string { return field(at(c)) }, templateID(),
			name+"“"+title+"”通知的模板 ID；不填则这类通知不走"+name)
	}
	return []entry{
		id("progress", "办理进度", func(n *NoticeTemplates) *string { return &n.Progress }),
		id("answer", "收到答复", func(n *NoticeTemplates) *string { return &n.Answer }),
		id("task", "待办提醒", func(n *NoticeTemplates) *string { return &n.Task }),
		id("survey", "满意度调查", func(n *NoticeTemplates) *string { return &n.Survey }),
	}
}

func ruleEntries() []entry {
	const hour, day = time.Hour, 24 * time.Hour
	return []entry{
		set("session_life", "2h", func(c *Config) *time.Duration { return &c.SessionLife }, span(time.Minute, day),
			"一次登录的有效时间，1m 到 24h"),
		set("refresh_life", "720h", func(c *Config) *time.Duration { return &c.RefreshLife }, span(hour, 366*day),
			"多久不来才需要重新登录，1h 到 366d；不能短于 "+envOf("session_life")),
		set("staff_totp", string(Required), func(c *Config) *Demand { return &c.StaffTOTP }, choice(Required, Optional),
			"工作人员是否必须绑定身份验证器（动态码）：required 必须，optional 自愿"),
		set("link_key", "", func(c *Config) *Secret { return &c.LinkKey }, key(),
			"给图片临时链接签名的密钥，至少 32 字节，可用 openssl rand -hex 32 生成；提供服务时必填").secret(),
		set("field_keys", "", func(c *Config) *[]FieldKey { return &c.FieldKeys }, fieldKeys(),
			"给数据库里的手机号等字段加密的密钥，写成“编号:64 位十六进制”，可用 lianxin keys new 生成；更换时把新的写在前面，用逗号分开；提供服务时必填").secret(),
		set("upload_limit", "10MiB", func(c *Config) *int64 { return &c.UploadLimit }, size(64<<10, 100<<20),
			"一次上传的大小上限，64KiB 到 100MiB"),
		set("open_messages_cap", "30", func(c *Config) *int { return &c.Cap }, number(1, 10_000),
			"每位代表最多同时有多少件未办结的来信，超出的转联络办分派"),
		set("min_sample", "5", func(c *Config) *int { return &c.MinSample }, number(3, 1000),
			"至少有多少份回答才显示统计结果，不得少于 3，以免看出是谁答的"),
	}
}

func abuseEntries() []entry {
	return []entry{
		set("abuse.same_text", "4", func(c *Config) *int { return &c.Abuse.SameText }, number(0, 10_000),
			"同一内容一天内写给超过几位代表，就先请人工审核；0 为不查"),
		set("abuse.same_text_refuse", "10", func(c *Config) *int { return &c.Abuse.SameTextRefuse }, number(0, 10_000),
			"同一内容一天内写给超过几位代表，就向审核人建议拒绝；0 为从不建议"),
		set("abuse.burst", "12", func(c *Config) *int { return &c.Abuse.Burst }, number(0, 10_000),
			"一人一小时内写了超过几段内容，就先请人工审核；0 为不查"),
		set("abuse.copied", "10", func(c *Config) *int { return &c.Abuse.Copied }, number(0, 10_000),
			"一天内另有超过几人提交同一内容，就先请人工审核；0 为不查"),
		set("abuse.advert", "on", func(c *Config) *bool { return &c.Abuse.Advert }, onOff(),
			"疑似广告推广的内容是否先请人工审核：on 或 off"),
	}
}

func loadEntries() []entry {
	return []entry{
		set("load.at_work", "0", func(c *Config) *int { return &c.Load.AtWork }, number(0, 100_000),
			"最多同时处理多少个请求，多出的稍等或得到“系统正忙”；0 表示按处理器数量决定"),
		set("load.wait", "250ms", func(c *Config) *time.Duration { return &c.Load.Wait }, span(time.Millisecond, 10*time.Second),
			"一个请求最多排队多久，1ms 到 10s"),
		set("load.deadline", "15s", func(c *Config) *time.Duration { return &c.Load.Deadline }, span(time.Second, 5*time.Minute),
			"处理一个请求最多多久，1s 到 5m；上传另算"),
		set("load.connections", "20000", func(c *Config) *int { return &c.Load.Connections }, number(16, 1_000_000),
			"最多同时打开多少个连接；超出时先断开空闲最久的。操作系统允许打开的文件数更少时，以它为准"),
	}
}

func operationEntries() []entry {
	return []entry{
		set("log.level", "info", func(c *Config) *slog.Level { return &c.LogLevel }, logLevel(), "日志级别：debug、info、warn 或 error"),
		set("log.format", string(LogText), func(c *Config) *LogFormat { return &c.LogFormat }, choice(LogText, LogJSON),
			"日志格式：text 便于人读，json 便于收集"),
		set("metrics_listen", "127.0.0.1:9090", func(c *Config) *string { return &c.MetricsListen }, addressOrOff(),
			"运行指标（/metrics）的监听地址，与对外服务分开，不要让外网访问；写 off 关闭；同一台机器上的每个进程用不同的端口"),
		set("backup", "", func(c *Config) *string { return &c.BackupDir }, text(),
			"存放备份的目录；填了，体检和指标才知道最近一次备份是什么时候"),
		set("shutdown_delay", "3s", func(c *Config) *time.Duration { return &c.ShutdownDelay }, span(0, time.Minute),
			"收到停止信号后，先让 /readyz 报告未就绪、照常服务多久再停，好让反向代理先换走，0s 到 1m"),
		set("shutdown_grace", "20s", func(c *Config) *time.Duration { return &c.ShutdownGrace }, span(time.Second, 5*time.Minute),
			"停止时最多等正在处理的请求多久，1s 到 5m"),
		set("jobs", "on", func(c *Config) *bool { return &c.Jobs }, onOff(),
			"本进程是否执行后台任务：on 或 off；多个进程可以都开，它们会自行分工"),
	}
}
