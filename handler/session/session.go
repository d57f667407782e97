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
		token, given := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
		w := who{err: fault.Unauthenticated("请先登录。")}
		if given {
			w.actor, w.err = identify(c.Request.Context(), token)
		}
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorOf{}, w))
		c.Next()
	}
}

// Actor gives the signed-in actor, or the fault that says why there is none.
func Actor(ctx context.Context) (model.Actor, error) {
	w, ok := ctx.Value(actorOf{}).(who)
	if !ok {
		return model.Actor{}, fault.Unauthenticated("请先登录。")
	}
	return w.actor, w.err
}
