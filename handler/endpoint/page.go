package endpoint

import "lianxin/service/store"

// Paging is the part of a request that asks for a piece of a list.
type Paging struct {
	After string `query:"after" maxLength:"300" doc:"上一页返回的 next；留空从头开始"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"每页条数"`
}

// Page is the asked piece.
func (p Paging) Page() store.Page { return store.Page{After: p.After, Limit: p.Limit} }

// ID is the part of a request that names one record.
type ID struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"编号"`
}

// Body is an answer with a body.
type Body[T any] struct {
	Body T
}

// Of makes an answer with a body.
func Of[T any](body T) *Body[T] { return &Body[T]{Body: body} }

// Empty is an answer without a body.
type Empty struct{}
