// Package session knows who asks, and from where: it turns a bearer token into
// the actor that every service method is given. Who must set up their second
// factor first is nobody to all routes but those for that. It decides nothing
// else about what they may do.
package session

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"lianxin/model"
	"lianxin/model/fault"
)

// Identify finds the actor of a token.
type Identify func(ctx context.Context, token string) (model.Actor, error)

type actorOf struct{}

// From is what a request says about where it comes from. It proves nothing.
type From struct {
	// Address is that of the asker, as far as proxies that we trust tell it.
	Address   string
	UserAgent string
}

type who struct {
	actor model.Actor
	err   error
	from  From
}

// agentMax is how much of what a browser says about itself is looked at.
const agentMax = 400

// Middleware notes who asks, or why that is not known. A stale token does not
// shut anybody out of what is public.
func Middleware(identify Identify) gin.HandlerFunc {
	return func(c *gin.Context) {
		w := who{err: fault.Unauthenticated("请先登录。"), from: From{Address: c.ClientIP(), UserAgent: c.Request.UserAgent()}}
		if len(w.from.UserAgent) > agentMax {
			w.from.UserAgent = w.from.UserAgent[:agentMax]
		}
		if token := bearer(c.Request.Header.Values("Authorization")); token != "" {
			w.actor, w.err = identify(c.Request.Context(), token)
		}
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorOf{}, w))
		c.Next()
	}
}

// bearer finds the token; empty when there is none, or more than one word on
// who asks.
func bearer(headers []string) string {
	if len(headers) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || strings.ContainsAny(token, " \t") {
		return ""
	}
	return token
}

// Actor gives the signed-in actor, or the fault that says why there is none. Who
// is enrolling is told to finish that first.
func Actor(ctx context.Context) (model.Actor, error) {
	actor, err := Enrolling(ctx)
	if err == nil && actor.Enrolling {
		return model.Actor{}, fault.Enrol("请先绑定身份验证器，绑定后才能使用其他功能。")
	}
	return actor, err
}

// Enrolling gives the signed-in actor, who may be enrolling, for the few routes
// by which that is done.
func Enrolling(ctx context.Context) (model.Actor, error) {
	w, ok := ctx.Value(actorOf{}).(who)
	if !ok {
		return model.Actor{}, fault.Unauthenticated("请先登录。")
	}
	return w.actor, w.err
}

// FromOf tells where the request comes from.
func FromOf(ctx context.Context) From {
	w, _ := ctx.Value(actorOf{}).(who)
	return w.from
}
