package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"lianxin/config"
)

func checkCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "检查配置，不启动服务",
		Long:  "检查配置并一次列出所有问题（退出码 2）；没有问题时列出生效的配置，密钥不显示。\n\n可用的配置：\n" + config.Help(),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.LoadServing(w.lookup)
			if err != nil {
				return err
			}
			settings := cfg.Redacted()
			for _, name := range slices.Sorted(maps.Keys(settings)) {
				cmd.Println(name + " = " + settings[name])
			}
			cmd.Println("配置没有问题。")
			return nil
		},
	}
}
