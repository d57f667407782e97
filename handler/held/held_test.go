package held_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"lianxin/handler/held"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}

// ask sends one request through a router where last answers after first.
func ask(t *testing.T, first, last gin.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	router := gin.New()
	router.GET("/", first, last)
	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	return w
}

func TestAReleasedAnswerIsTheOneThatWasGiven(t *testing.T) {
	got := ask(t, func(c *gin.Context) {
		c.Header("X-Before", "kept")
		w := held.Next(c)
		if w.Status() != http.StatusCreated || !w.Written() || w.Size() != 4 || string(w.Body()) != "done" {
			t.Errorf("held %d %v %d %q", w.Status(), w.Written(), w.Size(), w.Body())
		}
		w.Release()
	}, func(c *gin.Context) {
		c.Header("X-After", "kept")
		c.Status(-1) // no status: nothing changes
		c.String(http.StatusCreated, "do")
		_, _ = c.Writer.WriteString("ne")
	})
	if got.Code != http.StatusCreated || got.Body.String() != "done" || got.Header().Get("X-Before") != "kept" || got.Header().Get("X-After") != "kept" {
		t.Errorf("got %d %q %v", got.Code, got.Body, got.Header())
	}
}

func TestAnAnswerWithoutABodyHasBegunAllTheSame(t *testing.T) {
	got := ask(t, func(c *gin.Context) {
		w := held.Next(c)
		if !w.Written() || w.Size() != 0 {
			t.Errorf("written %v, size %d", w.Written(), w.Size())
		}
		w.Release()
	}, func(c *gin.Context) {
		if c.Writer.Written() || c.Writer.Size() != -1 {
			t.Errorf("before: written %v, size %d", c.Writer.Written(), c.Writer.Size())
		}
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
	})
	if got.Code != http.StatusNoContent || got.Body.Len() != 0 {
		t.Errorf("got %d %q", got.Code, got.Body)
	}
}

func TestNothingOfADroppedAnswerGoesOut(t *testing.T) {
	got := ask(t, func(c *gin.Context) {
		held.Next(c)
		c.String(http.StatusOK, "another")
	}, func(c *gin.Context) {
		c.Header("X-After", "dropped")
		c.Data(http.StatusTeapot, "application/problem+json", []byte("{}"))
		c.Writer.Flush()
		if _, _, err := c.Writer.Hijack(); err == nil {
			t.Error("the line was given away")
		}
	})
	if got.Code != http.StatusOK || got.Body.String() != "another" || got.Header().Get("X-After") != "" ||
		got.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("got %d %q %v", got.Code, got.Body, got.Header())
	}
}

func TestAfterAPanicTheRequestHasItsOwnWriterAgain(t *testing.T) {
	got := ask(t, func(c *gin.Context) {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
			c.String(http.StatusInternalServerError, "sorry")
		}()
		held.Next(c)
	}, func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		panic("broken")
	})
	if got.Code != http.StatusInternalServerError || got.Body.String() != "sorry" {
		t.Errorf("got %d %q", got.Code, got.Body)
	}
}
