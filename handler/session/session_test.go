package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"lianxin/handler/session"
	"lianxin/model"
	"lianxin/model/fault"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

var errDown = errors.New("the database is away")

// who asks with these Authorization headers, and which tokens were looked up.
func who(t *testing.T, headers ...string) (model.Actor, []string, error) {
	t.Helper()
	var looked []string
	var actor model.Actor
	var err error
	router := gin.New()
	router.Use(session.Middleware(func(_ context.Context, token string) (model.Actor, error) {
		looked = append(looked, token)
		switch token {
		case "good":
			return model.Actor{PersonID: "wang"}, nil
		case "down":
			return model.Actor{}, errDown
		}
		return model.Actor{}, fault.Unauthenticated("登录已过期，请重新登录。")
	}))
	passed := false
	router.GET("/", func(c *gin.Context) {
		passed = true
		actor, err = session.Actor(c.Request.Context())
	})
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	req.Header["Authorization"] = headers
	router.ServeHTTP(httptest.NewRecorder(), req)
	if !passed {
		t.Errorf("%q did not reach the route", headers)
	}
	return actor, looked, err
}

func TestABearerTokenNamesThePerson(t *testing.T) {
	for _, header := range []string{"Bearer good", "bearer good", "BEARER good", "Bearer  good "} {
		if actor, _, err := who(t, header); err != nil || actor.PersonID != "wang" {
			t.Errorf("%q gave %q, %v", header, actor.PersonID, err)
		}
	}
}

func TestAStaleTokenPassesAndSaysWhyNobodyIsKnown(t *testing.T) {
	actor, _, err := who(t, "Bearer stale")
	if f := fault.Of(err); f == nil || f.Kind != fault.KindUnauthenticated || f.Words != "登录已过期，请重新登录。" || actor.PersonID != "" {
		t.Errorf("got %q, %v", actor.PersonID, err)
	}
}

func TestWhatIsNoTokenIsNobodyAndLooksNothingUp(t *testing.T) {
	for _, headers := range [][]string{
		nil, {""}, {"Bearer"}, {"Bearer "}, {"Bearer  "}, {"Basic good"}, {"good"}, {"Bearergood"}, {"Bearer good stale"}, {"Bearer\tgood"},
	} {
		actor, looked, err := who(t, headers...)
		if !fault.Is(err, fault.KindUnauthenticated) || actor.PersonID != "" || len(looked) != 0 {
			t.Errorf("%q gave %q, %v after looking for %q", headers, actor.PersonID, err, looked)
		}
	}
}

func TestWhoSaysTwoThingsAboutThemselvesIsNobody(t *testing.T) {
	for _, headers := range [][]string{{"Bearer good", "Bearer stale"}, {"Bearer stale", "Bearer good"}, {"Bearer good", "Bearer good"}, {"Basic x", "Bearer good"}} {
		if actor, looked, err := who(t, headers...); !fault.Is(err, fault.KindUnauthenticated) || actor.PersonID != "" || len(looked) != 0 {
			t.Errorf("%q gave %q, %v", headers, actor.PersonID, err)
		}
	}
}

func TestThatTheDatabaseIsAwayIsNotTakenForNobody(t *testing.T) {
	if _, looked, err := who(t, "Bearer down"); !errors.Is(err, errDown) || !slices.Equal(looked, []string{"down"}) {
		t.Errorf("got %v after looking for %q", err, looked)
	}
}

func TestWhoIsEnrollingIsNobodyButWhereTheyEnrol(t *testing.T) {
	router := gin.New()
	router.Use(session.Middleware(func(context.Context, string) (model.Actor, error) {
		return model.Actor{PersonID: "wang", Enrolling: true}, nil
	}))
	router.GET("/", func(c *gin.Context) {
		if actor, err := session.Actor(c.Request.Context()); !fault.Is(err, fault.KindEnrol) || actor.PersonID != "" {
			t.Errorf("got %+v, %v", actor, err)
		}
		if actor, err := session.Enrolling(c.Request.Context()); err != nil || actor.PersonID != "wang" {
			t.Errorf("got %+v, %v", actor, err)
		}
	})
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	req.Header.Set("Authorization", "Bearer any")
	router.ServeHTTP(httptest.NewRecorder(), req)
}

func TestWhereARequestComesFromIsNoted(t *testing.T) {
	router := gin.New()
	router.Use(session.Middleware(nil))
	router.GET("/", func(c *gin.Context) {
		if from := session.FromOf(c.Request.Context()); from.Address != "192.0.2.1" || len(from.UserAgent) != 400 {
			t.Errorf("got %+v", from)
		}
	})
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	req.Header.Set("User-Agent", strings.Repeat("x", 5000))
	router.ServeHTTP(httptest.NewRecorder(), req)
	if from := session.FromOf(t.Context()); from != (session.From{}) {
		t.Errorf("without the middleware: %+v", from)
	}
}

func TestWithoutTheMiddlewareThereIsNobody(t *testing.T) {
	if _, err := session.Actor(t.Context()); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("got %v", err)
	}
}
