// Package config reads the settings of a deployment: one struct, from
// defaults, then a YAML file, then environment variables, each overruling the
// one before. Secrets may also come from files.
//
// It is for the administrator who starts the program and reads on a screen
// what is wrong. So it reports every mistake at once, in Chinese, by the name
// of the variable to change, and never shows a secret: not in a mistake, not
// in a table, not when a Config is printed by accident.
//
// It refuses to guess. A key in the file that it does not know is a mistake, a
// value it cannot read is a mistake, settings that contradict each other are a
// mistake, and it starts nothing with half a configuration. It does not read
// the environment itself, and knows nothing of the rest of the program.
package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// Config is everything a deployment can set. Load fills it; the zero Config
// is of no use.
type Config struct {
	// Listen is the address to serve on, host and port.
	Listen string
	// PublicURL is what people reach this deployment by: scheme and host,
	// without a slash at the end. It may be empty when WeChat is simulated.
	PublicURL string
	// Database is where records are kept.
	Database Database
	// DataDir is where pictures are kept when Storage is a folder.
	DataDir string
	// Storage says what pictures are kept in, and S3 where that is when it is
	// not a folder, or when pictures move.
	Storage StorageKind
	S3      S3
	// WeChat is how WeChat is reached, and as whom.
	WeChat WeChat
	// SMS is where texts go that prove a phone number.
	SMS SMS
	// Templates are the ids of the notice templates, per account.
	Templates Templates
	// SessionLife is how long a sign-in lasts, RefreshLife how long it can be
	// renewed without a new one.
	SessionLife, RefreshLife time.Duration
	// StaffTOTP says whether staff must have a second factor.
	StaffTOTP Demand
	// LinkKey signs links to pictures that live for a short time. It may be
	// empty unless LoadServing was asked.
	LinkKey Secret
	// FieldKeys seal phone numbers and other fields in the database, the key in
	// force first. They may be empty unless LoadServing was asked.
	FieldKeys []FieldKey
	// UploadLimit is the size in bytes of the largest upload.
	UploadLimit int64
	// Cap is how many open messages a representative has at most before new
	// ones overflow to the liaison office.
	Cap int
	// MinSample is how many answers a figure needs before it is shown.
	MinSample int
	// LogLevel and LogFormat say what is logged and how.
	LogLevel  slog.Level
	LogFormat LogFormat
	// MetricsListen is where figures are served, host and port; empty when they
	// are not.
	MetricsListen string
	// BackupDir is where backups are kept, so that their age can be told. It may
	// be empty.
	BackupDir string
	// ShutdownDelay is how long a program that is told to stop says so before it
	// takes no more requests, ShutdownGrace how long those under way may take to
	// end.
	ShutdownDelay, ShutdownGrace time.Duration
	// Jobs says whether this process runs jobs beside serving.
	Jobs bool
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Limits say how often people may do what.
	Limits Limits
	// Abuse says from when on a person looks at what residents write.
	Abuse Abuse
	// Load says how much the program takes on at once.
	Load Capacity
}

// Abuse says from when on a person looks at what residents write; 0 is never.
type Abuse struct {
	// SameText is to how many representatives one text may go in a day before a
	// person looks, SameTextRefuse before refusal is suggested to that person.
	SameText, SameTextRefuse int
	// Burst is how many texts one person may write in an hour.
	Burst int
	// Copied is from how many others one text may come in a day.
	Copied int
	// Advert says whether adverts are looked for.
	Advert bool
}

// Capacity says how much the program takes on at once. What is more is refused
// quickly.
type Capacity struct {
	// AtWork is how many requests are answered at once; 0 goes by the machine.
	AtWork int
	// Wait is how long a request may wait for its turn, Deadline how long it may
	// take.
	Wait, Deadline time.Duration
	// Connections is how many connections are open at once.
	Connections int
}

// Limits say how often people may do what.
type Limits struct {
	// Scale multiplies all of them.
	Scale int
	// Messages are how many messages a person may send; each of the rates holds.
	Messages                                                           []Rate
	SignInWeChat, SignInStaff, Refresh, Invitation, Send, Turn, Upload Limit
	Similar, CheckCode, Search, Read, Export, Write                    Limit
}

// Limit is how often a person, a device and an address may do one thing.
type Limit struct {
	Person, Device, Address Rate
}

// Rate is so many times in so long; the zero Rate is no limit.
type Rate struct {
	Times int
	Per   time.Duration
}

// FieldKey is a key for fields in the database; its ID stands in every value it
// sealed.
type FieldKey struct {
	ID string
	// Secret is 64 hexadecimal digits.
	Secret Secret
}

// DatabaseKind says which kind of database is used.
type DatabaseKind string

// The kinds of database.
const (
	SQLite DatabaseKind = "sqlite"
	MySQL  DatabaseKind = "mysql"
)

// Database says where records are kept.
type Database struct {
	Kind DatabaseKind
	// DSN is the path of the file for SQLite, and for MySQL what its driver
	// takes: user:password@tcp(host:3306)/name.
	DSN Secret
}

// StorageKind says what pictures are kept in.
type StorageKind string

// The kinds of storage.
const (
	StorageFolder StorageKind = "folder"
	StorageS3     StorageKind = "s3"
)

// SMS is the operator's gateway for texts; without URL there is none.
type SMS struct {
	URL    string
	Secret Secret
}

// S3 is a bucket of a storage that speaks S3, and how to reach it.
type S3 struct {
	// Endpoint is scheme and host of the storage, Prefix what all keys begin with.
	Endpoint, Region, Bucket, Prefix string
	AccessKey, SecretKey             Secret
	// PathStyle names the bucket in the path and not in the host.
	PathStyle bool
	// Encryption asks the storage to encrypt what it keeps.
	Encryption bool
	// AllowHTTP lets pictures travel to another machine without TLS.
	AllowHTTP bool
	// Timeout bounds each step of a call.
	Timeout time.Duration
}

// Configured says whether the deployment has a bucket.
func (s S3) Configured() bool { return s.Endpoint != "" }

// WeChat says how WeChat is reached, and as whom.
type WeChat struct {
	Mini, Official Account
	// Simulator is the base address of a stand-in. Empty means the real WeChat.
	Simulator string
	// AllowRemoteSimulator lets the stand-in be on another machine.
	AllowRemoteSimulator bool
	// Timeout bounds one call to WeChat.
	Timeout time.Duration
}

// Account is a mini-program or an official account.
type Account struct {
	AppID string
	// Secret is the AppSecret.
	Secret Secret
	// Token and EncodingAESKey verify and open what WeChat pushes.
	Token, EncodingAESKey Secret
	// Mode is how pushes travel, as chosen in the account's console.
	Mode Mode
}

// Configured says whether the deployment has this account.
func (a Account) Configured() bool { return a.AppID != "" }

// Mode is how WeChat's pushes travel.
type Mode string

// The modes of WeChat's pushes.
const (
	Plain      Mode = "plain"
	Compatible Mode = "compatible"
	Safe       Mode = "safe"
)

// Templates are the ids of the notice templates in each account.
type Templates struct {
	Mini, Official NoticeTemplates
	// News is the mini-program's alone: an official account may push none.
	News string
}

// NoticeTemplates are the ids of the notice templates in one account. An
// empty id means that notices of this kind do not go by this account.
type NoticeTemplates struct {
	Progress, Answer, Task, Survey string
}

// Demand says whether something must be there.
type Demand string

// The demands.
const (
	Required Demand = "required"
	Optional Demand = "optional"
)

// LogFormat says how log lines are written.
type LogFormat string

// The formats of the log.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Load reads the configuration. The lookup answers what an environment
// variable is set to; an empty variable counts as not set. The error is an
// InvalidError with every mistake there is.
func Load(lookup func(string) (string, bool)) (Config, error) {
	return load(lookup, nil)
}

// LoadServing is Load for a program that is going to serve people: it also
// demands what only serving needs, such as the key for links.
func LoadServing(lookup func(string) (string, bool)) (Config, error) {
	return load(lookup, servingRules())
}

func load(lookup func(string) (string, bool), further []rule) (Config, error) {
	var found mistakes
	values, unread := gather(lookup, &found)
	if unread != nil {
		found.add(fileSetting, "%s", unread)
	}

	var c Config
	broken := found.settings()
	for _, e := range table() {
		v := values[e.Key]
		if v.text == "" {
			continue
		}
		if err := e.put(&c, v.text); err != nil {
			broken[e.Env] = true
			found.add(e.Env, "%s%s", err, v.describe(e.Setting))
		}
	}
	for _, r := range append(rules(), further...) {
		// What is missing may stand in the file that could not be read.
		if unread == nil && !r.concerns(broken) {
			r.check(c, &found)
		}
	}
	if len(found) > 0 {
		return Config{}, InvalidError{Mistakes: found}
	}
	return c, nil
}
