// Package session knows who asks: it turns a bearer token into the actor that
// every service method is given. It decides nothing about what they may do.
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

type who struct {
	actor model.Actor
	err   error
}

// Middleware notes who asks, or why that is not known. A stale token does not
// shut anybody out of what is public.
func Middleware(identify Identify) gin.HandlerFunc {
	return func(c *gin.Context) {
		w := who{err: fault.Unauthenticated("请先登录。")}
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

// Actor gives the signed-in actor, or the fault that says why there is none.
func Actor(ctx context.Context) (model.Actor, error) {
	w, ok := ctx.Value(actorOf{}).(who)
	if !ok {
		return model.Actor{}, fault.Unauthenticated("请先登录。")
	}
	return w.actor, w.err
}
