package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"lianxin/config"
)

func checkCommand(w world) *cobra.Command {
	var online bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "检查配置，不启动服务",
		Long: "检查配置并一次列出所有问题（退出码 2）；没有问题时列出生效的配置，密钥不显示。\n" +
			"加上 --online 再检查微信接入：域名、回调、密钥、模板、菜单，每项一行，有问题的说明办法；有故障时退出码为 1。\n" +
			"管理台“公众号”里的“接入检查”是同样的检查。\n\n可用的配置：\n" + config.Help(),
		Args: cobra.NoArgs,
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
			if online {
				return checkOnline(cmd.Context(), w, cfg)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&online, "online", false, "再检查微信接入（要能连上微信和数据库）")
	return cmd
}
