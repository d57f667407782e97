package guard

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"lianxin/handler/problem"
	"lianxin/handler/session"
	"lianxin/service/limit"
)

// Limits refuses who comes too often, before anything they sent is looked at.
type Limits struct {
	take    func(ctx context.Context, class limit.Class, who limit.Who) error
	limited *prometheus.CounterVec
}

// NewLimits registers the metrics. Take is a limiter's.
func NewLimits(registry prometheus.Registerer, take func(ctx context.Context, class limit.Class, who limit.Who) error) *Limits {
	l := &Limits{take: take, limited: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lianxin_limited_total", Help: "Requests that came too often, by class and by what was counted.",
	}, []string{"class", "subject"})}
	registry.MustRegister(l.limited)
	return l
}

// Keep makes the middleware, which must stand behind session.Middleware: who is
// signed in counts as a person and a device, who is not as an address.
func (l *Limits) Keep(log *slog.Logger, class func(c *gin.Context) limit.Class) gin.HandlerFunc {
	return func(c *gin.Context) {
		asked := class(c)
		err := l.take(c.Request.Context(), asked, who(c))
		if err == nil {
			c.Next()
			return
		}
		if refused, ok := errors.AsType[*limit.RefusedError](err); ok {
			l.limited.WithLabelValues(string(asked), refused.Subject).Inc()
		}
		problem.Write(c, log, err)
	}
}

func who(c *gin.Context) limit.Who {
	if actor, err := session.Actor(c.Request.Context()); err == nil {
		return limit.Who{Person: actor.PersonID, Device: actor.SessionID}
	}
	// Gin believes only the proxies it was told of.
	address, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return limit.Who{}
	}
	return limit.Who{Address: address}
}
