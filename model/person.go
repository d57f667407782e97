package model

import "time"

// Person is anybody the system knows: a resident, and whatever roles were
// granted on top. Phone is sealed and found by PhoneHash. A shadow person was named by somebody who wrote for them and
// has never signed in; when they bind the same phone, the two become one.
type Person struct {
	ID               string
	Name             string
	Phone            Sealed
	PhoneHash        string
	Shadow           bool
	UnreachableSince *time.Time
	LastVisitAt      *time.Time
	CreatedAt        time.Time
	// ErasedAt is set once the person's data was erased: the row stays nameless,
	// for the records that must stay.
	ErasedAt *time.Time
	// MergedInto is whom everything of this person went over to, when the two
	// turned out to be one; nobody signs in as this person any more.
	MergedInto string
}

// WeChatAccount names one of the two WeChat accounts of a deployment.
type WeChatAccount string

// The mini-program and the official account.
const (
	AccountMini     WeChatAccount = "mini"
	AccountOfficial WeChatAccount = "official"
)

// WeChatIdentity is a person's openid in one account. Following and
// LastInboundAt matter for the official account: they open its channels.
type WeChatIdentity struct {
	ID            string
	PersonID      string
	Account       WeChatAccount
	OpenID        string
	UnionID       string
	Following     bool
	LastInboundAt *time.Time
	LastVisitAt   *time.Time
	CreatedAt     time.Time
}

// SessionKind says how a session was opened.
type SessionKind string

// A session is opened with a WeChat code or with a staff password.
const (
	SessionMini     SessionKind = "mini"
	SessionOfficial SessionKind = "official"
	SessionStaff    SessionKind = "staff"
)

// Session is a signed-in device. Only SHA-256 hashes of its two tokens are kept.
// Device says in words what it is used on, DeviceID which known device that is,
// and Address from which network it was opened. An enrolling session may do
// nothing but set up the second factor. SteppedUpAt is when the person last
// proved again that it is they.
type Session struct {
	ID               string
	PersonID         string
	Kind             SessionKind
	TokenHash        string
	RefreshHash      string
	ExpiresAt        time.Time
	RefreshExpiresAt time.Time
	CreatedAt        time.Time
	RevokedAt        *time.Time
	Device           string
	DeviceID         string
	Address          string
	Enrolling        bool
	LastUsedAt       *time.Time
	SteppedUpAt      *time.Time
}

// StaffAccount lets a person sign in at the console. FailedCount is how many
// wrong passwords came since the last sign-in. TOTPSecret is the second factor,
// once TOTPConfirmedAt is set; a step of it up to TOTPLastStep is used up.
// TOTPPending waits to be confirmed. LockedUntil is of an earlier version, which
// locked accounts; nothing reads it any more.
type StaffAccount struct {
	PersonID          string `gorm:"primaryKey"`
	Login             string
	PasswordHash      string
	FailedCount       int
	LockedUntil       *time.Time
	CreatedAt         time.Time
	DisabledAt        *time.Time
	PasswordChangedAt *time.Time
	TOTPSecret        Sealed
	TOTPConfirmedAt   *time.Time
	TOTPLastStep      int64
	TOTPPending       Sealed
	TOTPPendingAt     *time.Time
}

// RecoveryCode stands in for a second factor that was lost, once. Only its hash
// is kept.
type RecoveryCode struct {
	ID        string
	PersonID  string
	CodeHash  string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// StaffDevice is a device on which a person signed in at the console before. It
// holds a token, of which the hash is kept, and a try count of its own.
type StaffDevice struct {
	ID         string
	PersonID   string
	TokenHash  string
	Label      string
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// SignInChallenge stands between a right password and the second factor: it is
// good for a few minutes, a few attempts and one sign-in, on the device and from
// the network that gave the password.
type SignInChallenge struct {
	ID        string
	PersonID  string
	TokenHash string
	DeviceID  string
	Address   string
	Attempts  int
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// InvitationKind says what an invitation binds a person to.
type InvitationKind string

// A person is invited to be a representative's phone or a unit's officer.
const (
	InvitationRepresentative InvitationKind = "representative"
	InvitationUnitOfficer    InvitationKind = "unit_officer"
)

// Invitation is a one-time code, kept as a hash, that binds whoever accepts it.
type Invitation struct {
	ID         string
	Kind       InvitationKind
	TargetID   string
	CodeHash   string
	IssuedBy   string
	ExpiresAt  time.Time
	AcceptedAt *time.Time
	AcceptedBy string
	CreatedAt  time.Time
}

// Consent is one permission a person gave or took back, for one purpose. The
// newest row per person, purpose and target is in force; older ones are history.
type Consent struct {
	ID       string
	PersonID string
	Purpose  ConsentPurpose
	TargetID string
	Wording  string
	Given    bool
	At       time.Time
}

// PhoneCode is a code that was sent to a phone, to prove that it is the
// person's. Number and code are kept as keyed hashes.
type PhoneCode struct {
	ID        string
	PersonID  string
	PhoneHash string
	CodeHash  string
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}
