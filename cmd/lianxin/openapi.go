package main

import (
	"encoding/json"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"lianxin/handler"
	"lianxin/handler/guard"
	"lianxin/handler/media"
	"lianxin/handler/site"
	"lianxin/service/picture"
)

// openapiCommand writes the description of the API, from which front ends take
// their types. It needs no settings and no database: what is described does not
// depend on them.
func openapiCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "openapi",
		Short: "输出接口说明（OpenAPI），供前端和第三方开发使用",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			log, figures := slog.New(slog.DiscardHandler), prometheus.NewRegistry()
			surface, err := handler.New(handler.Options{
				Now: w.now, Log: log, Registry: figures, Gate: guard.GateOptions{Log: log, Registry: figures},
				Media: media.Options{Pictures: new(picture.Service), Now: w.now}, Console: site.Room{Path: consolePath}, Phone: site.Room{Path: phonePath},
			})
			if err != nil {
				return err
			}
			out := json.NewEncoder(w.stdout)
			out.SetIndent("", "  ")
			return out.Encode(surface.API.Huma.OpenAPI())
		},
	}
}
