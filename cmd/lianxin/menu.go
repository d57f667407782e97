package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/service/conversation"
	"lianxin/service/wechat"
)

func menuCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "menu",
		Short: "把公众号菜单再发布一次：管理台里上次发布的，没有就是标准菜单",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := config.LoadServing(w.lookup)
			if err != nil {
				return err
			}
			log := newLog(w.stderr, cfg)
			db, err := openDatabase(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			a, err := build(cfg, db, w.now, log)
			if err != nil {
				return err
			}
			defer a.gateway.Close()
			if err := a.publishMenu(cmd.Context()); err != nil {
				return err
			}
			cmd.Println("菜单已发布。用户重新进入公众号或 5 分钟后可以看到。")
			return nil
		},
	}
}

// publishMenu sends WeChat the menu that was published last.
func (a *app) publishMenu(ctx context.Context) error {
	menu, err := a.talk.PublishedMenu(ctx)
	if err != nil {
		return err
	}
	if err := a.gateway.SetMenu(ctx, weChatButtons(menu)); err != nil {
		return fmt.Errorf("发布菜单：%w", err)
	}
	return nil
}

func weChatButtons(menu []conversation.Button) []wechat.MenuButton {
	var buttons []wechat.MenuButton
	for _, b := range menu {
		buttons = append(buttons, wechat.MenuButton{
			Type: wechat.MenuButtonType(b.Kind), Name: b.Name, Key: b.Key, URL: b.URL, AppID: b.AppID, PagePath: b.Page,
			MediaID: b.MediaID, ArticleID: b.ArticleID, Children: weChatButtons(b.Children),
		})
	}
	return buttons
}

func ourButtons(menu []wechat.MenuButton) []conversation.Button {
	var buttons []conversation.Button
	for _, b := range menu {
		buttons = append(buttons, conversation.Button{
			Kind: conversation.ButtonKind(b.Type), Name: b.Name, Key: b.Key, URL: b.URL, AppID: b.AppID, Page: b.PagePath,
			MediaID: b.MediaID, ArticleID: b.ArticleID, Children: ourButtons(b.Children),
		})
	}
	return buttons
}
