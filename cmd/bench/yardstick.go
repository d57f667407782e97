package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/spf13/cobra"
)

// yardstickCommand runs one of the yardsticks, as a process of its own so that
// all three stand alike.
func yardstickCommand(stdout io.Writer) *cobra.Command {
	var kind, database, answers string
	cmd := &cobra.Command{
		Use: "yardstick", Short: "运行一把尺子（由测量程序自己调用）", Args: cobra.NoArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			gin.SetMode(gin.ReleaseMode)
			router := gin.New()
			if kind == "memory" {
				err = mountMemory(router, answers)
			} else {
				var b *bare
				if b, err = openBare(cmd.Context(), database); err == nil {
					defer func() { err = errors.Join(err, b.close()) }()
					b.mount(router)
				}
			}
			if err != nil {
				return err
			}
			return serveUntil(cmd.Context(), router, stdout)
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "bare", "bare 或 memory")
	cmd.Flags().StringVar(&database, "database", "", "数据库")
	cmd.Flags().StringVar(&answers, "answers", "", "内存尺子要返回的内容")
	return cmd
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var listening net.ListenConfig
	return listening.Listen(ctx, "tcp", address)
}

// serveUntil serves as the program does until ctx ends.
func serveUntil(ctx context.Context, handler http.Handler, stdout io.Writer) error {
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	if err := json.NewEncoder(stdout).Encode(map[string]string{"app": "http://" + listener.Addr().String()}); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.Shutdown(grace)
}

// kept is an answer of the memory yardstick.
type kept struct {
	Status int
	Type   string
	Body   []byte
}

// mountMemory answers from memory with the bytes that our program answered: the
// most that a Gin handler can do.
func mountMemory(router *gin.Engine, path string) error {
	content, err := os.ReadFile(path) //nolint:gosec // a file the run made
	if err != nil {
		return err
	}
	var answers map[string]kept
	if err := json.Unmarshal(content, &answers); err != nil {
		return fmt.Errorf("内存尺子：%w", err)
	}
	give := func(c *gin.Context) {
		token := strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")
		if a, ok := answers[c.Request.Method+" "+c.Request.RequestURI+" "+token]; ok {
			c.Data(a.Status, a.Type, a.Body)
			return
		}
		c.Status(http.StatusNotFound)
	}
	for _, route := range []string{"/api/v1/representatives", "/api/v1/representatives/:id", "/api/v1/articles", "/api/v1/messages", "/api/v1/representative/messages", "/api/v1/staff/messages"} {
		router.GET(route, give)
	}
	var receipt kept
	for key, a := range answers {
		if strings.HasPrefix(key, http.MethodPost) {
			receipt = a
		}
	}
	router.POST("/api/v1/messages", func(c *gin.Context) {
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		c.Data(receipt.Status, receipt.Type, receipt.Body)
	})
	return nil
}
