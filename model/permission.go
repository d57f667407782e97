package model

import (
	"slices"
	"strings"
)

// Role is what a person may be besides a resident.
type Role string

// The roles of product.md section 1.
const (
	RoleResident            Role = "resident"
	RoleMember              Role = "member"
	RoleRepresentative      Role = "representative"
	RoleUnitOfficer         Role = "unit_officer"
	RoleLiaisonOfficer      Role = "liaison_officer"
	RolePublicityOfficer    Role = "publicity_officer"
	RoleOrganisationOfficer Role = "organisation_officer"
	RoleGuardian            Role = "guardian"
	RoleAuditor             Role = "auditor"
	RoleAdministrator       Role = "administrator"
)

// Roles lists every role in the order of the permission matrix.
func Roles() []Role {
	return []Role{
		RoleResident, RoleMember, RoleRepresentative, RoleUnitOfficer, RoleLiaisonOfficer,
		RolePublicityOfficer, RoleOrganisationOfficer, RoleGuardian, RoleAuditor, RoleAdministrator,
	}
}

// Permission is one thing a person may do. Whose records it reaches is said by
// its Reach in the matrix.
type Permission string

// The permissions. Each names its subject first.
const (
	PermitMessageSend       Permission = "message.send"
	PermitMessageFollow     Permission = "message.follow"     // read, add to, withdraw, rate one's own
	PermitMessageAnswer     Permission = "message.answer"     // acknowledge, answer, hand over, out of scope
	PermitMessageHandle     Permission = "message.handle"     // accept, refuse, answer for a unit
	PermitMessageOversee    Permission = "message.oversee"    // queue, human check, notes, reassign, pause
	PermitMessageEscalated  Permission = "message.escalated"  // receives what stayed overdue
	PermitRosterRead        Permission = "roster.read"        // staff view of representatives and units
	PermitRosterWrite       Permission = "roster.write"       // import of the roster
	PermitInvite            Permission = "invitation.issue"   // bind representatives and unit officers
	PermitAbsenceSet        Permission = "absence.set"        // away until, cap, digest
	PermitReplyTemplateKeep Permission = "reply_template.own" // own prepared answers
	PermitPolicySet         Permission = "policy.set"         // clocks and calendar
	PermitArticleWrite      Permission = "article.write"      // write, submit, publish, correct, withdraw
	PermitArticleReview     Permission = "article.review"     // comment, return, approve, confirm a mass send
	PermitAuditRead         Permission = "audit.read"
	PermitRestrictedRead    Permission = "message.restricted" // what is locked, with a legal ground
	PermitStaffManage       Permission = "staff.manage"       // accounts and grants
	PermitSystemOperate     Permission = "system.operate"     // tasks and jobs: retry, give up
	PermitSuggestionAnswer  Permission = "suggestion.answer"  // read and answer what people say about the app
	PermitReferralKeep      Permission = "referral.keep"      // where other matters go: addresses, phones, hours
	PermitOfficialAccount   Permission = "official.account"   // menu, welcome, answers to words, check of WeChat
)

// Permissions lists every permission in the order of the matrix.
func Permissions() []Permission {
	return []Permission{
		PermitMessageSend, PermitMessageFollow, PermitMessageAnswer, PermitMessageHandle,
		PermitMessageOversee, PermitMessageEscalated, PermitRosterRead, PermitRosterWrite, PermitInvite, PermitAbsenceSet,
		PermitReplyTemplateKeep, PermitPolicySet, PermitArticleWrite, PermitArticleReview, PermitAuditRead, PermitRestrictedRead, PermitStaffManage,
		PermitSystemOperate, PermitSuggestionAnswer, PermitReferralKeep, PermitOfficialAccount,
	}
}

// Reach says whose records a permission touches.
type Reach string

// A permission reaches one's own records, those of one's unit, or those of the
// area a role was granted for and its sub-areas.
const (
	ReachNone Reach = ""
	ReachOwn  Reach = "own"
	ReachUnit Reach = "unit"
	ReachArea Reach = "area"
)

// permits is the permission matrix of product.md section 1. What is not in it
// is not allowed. An administrator has no permission on messages on purpose.
var permits = map[Role]map[Permission]Reach{
	RoleResident: {PermitMessageSend: ReachOwn, PermitMessageFollow: ReachOwn},
	RoleMember:   {PermitMessageSend: ReachOwn, PermitMessageFollow: ReachOwn},
	RoleRepresentative: {
		PermitMessageAnswer: ReachOwn, PermitAbsenceSet: ReachOwn, PermitReplyTemplateKeep: ReachOwn,
	},
	RoleUnitOfficer: {PermitMessageHandle: ReachUnit},
	RoleLiaisonOfficer: {
		PermitMessageOversee: ReachArea, PermitRosterRead: ReachArea, PermitInvite: ReachArea, PermitPolicySet: ReachArea,
		PermitReplyTemplateKeep: ReachArea, PermitAbsenceSet: ReachArea, PermitSuggestionAnswer: ReachArea, PermitReferralKeep: ReachArea,
	},
	RolePublicityOfficer: {PermitArticleWrite: ReachArea, PermitArticleReview: ReachArea, PermitOfficialAccount: ReachArea},
	RoleOrganisationOfficer: {
		PermitRosterRead: ReachArea, PermitRosterWrite: ReachArea, PermitInvite: ReachArea, PermitMessageEscalated: ReachArea, PermitArticleReview: ReachArea,
	},
	RoleGuardian:      {},
	RoleAuditor:       {PermitAuditRead: ReachArea, PermitRestrictedRead: ReachArea},
	RoleAdministrator: {PermitStaffManage: ReachArea, PermitPolicySet: ReachArea, PermitSystemOperate: ReachArea, PermitOfficialAccount: ReachArea},
}

// ReachOf says how far a role's permission goes; ReachNone when it has none.
func ReachOf(r Role, p Permission) Reach { return permits[r][p] }

// Grant gives a person a role. Staff roles name an area, a unit officer a unit,
// a representative the seat.
type Grant struct {
	ID               string
	PersonID         string
	Role             Role
	AreaID           string
	AreaPath         string
	UnitID           string
	RepresentativeID string
	GrantedBy        string
}

// Actor is who asks: a signed-in person with the roles granted, or the system
// itself (a job, the command line), which has no person. Who is enrolling may
// only set up the second factor (handler/session refuses everything else).
type Actor struct {
	PersonID  string
	Name      string
	SessionID string
	System    string
	Enrolling bool
	Grants    []Grant
}

// SystemActor is the system acting by itself; what names the job or command.
func SystemActor(what string) Actor { return Actor{System: what, Name: "系统"} }

// Has reports whether the actor was granted a role anywhere.
func (a Actor) Has(r Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == r })
}

// Permits reports whether the actor has the permission anywhere at all.
func (a Actor) Permits(p Permission) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return ReachOf(g.Role, p) != ReachNone })
}

// PermitsIn reports whether the actor has a permission of area reach that
// covers the area with this path.
func (a Actor) PermitsIn(p Permission, areaPath string) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return ReachOf(g.Role, p) == ReachArea && g.AreaPath != "" && strings.HasPrefix(areaPath, g.AreaPath)
	})
}

// AreaPaths lists the area paths in which the actor has a permission of area
// reach; a list of records is filtered by these prefixes.
func (a Actor) AreaPaths(p Permission) []string {
	var paths []string
	for _, g := range a.Grants {
		if ReachOf(g.Role, p) == ReachArea && g.AreaPath != "" && !slices.Contains(paths, g.AreaPath) {
			paths = append(paths, g.AreaPath)
		}
	}
	return paths
}

// RepresentativeIDs lists the seats the actor sits on.
func (a Actor) RepresentativeIDs() []string {
	var ids []string
	for _, g := range a.Grants {
		if g.Role == RoleRepresentative && g.RepresentativeID != "" && !slices.Contains(ids, g.RepresentativeID) {
			ids = append(ids, g.RepresentativeID)
		}
	}
	return ids
}

// UnitIDs lists the units the actor handles messages for.
func (a Actor) UnitIDs() []string {
	var ids []string
	for _, g := range a.Grants {
		if g.Role == RoleUnitOfficer && g.UnitID != "" && !slices.Contains(ids, g.UnitID) {
			ids = append(ids, g.UnitID)
		}
	}
	return ids
}
