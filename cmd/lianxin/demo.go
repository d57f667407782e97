package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lianxin/cmd/lianxin/sample"
	"lianxin/config"
	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/store"
	"lianxin/simulator"
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	data            string
	listen          string
	simulatorListen string
	verbose         bool
}

func demoCommand(w world) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "在本机试用：示例城区 + 微信模拟器，不需要任何账号",
		Long:  "启动完整的示例：内嵌数据库、一个虚构的城区、同一进程里的微信模拟器和浏览器手机。\n数据保存在 --data 文件夹里，再次运行会接着用；想重来，删掉这个文件夹即可。",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), w, o) },
	}
	cmd.Flags().StringVar(&o.data, "data", "lianxin-data", "数据文件夹，没有则新建")
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "服务地址，端口 0 表示任选")
	cmd.Flags().StringVar(&o.simulatorListen, "simulator-listen", "127.0.0.1:8081", "微信模拟器地址，端口 0 表示任选")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "在标准错误输出里显示每个请求")
	return cmd
}

// demo runs the app and the stand-in in one process until ctx ends.
func demo(ctx context.Context, w world, o demoOptions) (err error) {
	ports := listening()
	appListener, err := ports.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("无法监听 %s（可能已被占用，可用 --listen 127.0.0.1:0 任选端口）：%w", o.listen, err)
	}
	simListener, err := ports.Listen(ctx, "tcp", o.simulatorListen)
	if err != nil {
		return errors.Join(fmt.Errorf("无法监听 %s（可能已被占用，可用 --simulator-listen 127.0.0.1:0 任选端口）：%w", o.simulatorListen, err), appListener.Close())
	}
	appURL, simURL := "http://"+appListener.Addr().String(), "http://"+simListener.Addr().String()

	standIn := simulator.Defaults()
	standIn.AppURL, standIn.People = appURL, sample.People()
	standIn.Mini.CallbackURL, standIn.Official.CallbackURL = appURL+"/wechat/mini", appURL+"/wechat/official"
	sim, err := simulator.New(standIn)
	if err != nil {
		return errors.Join(err, appListener.Close(), simListener.Close())
	}
	simServer := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	simFailed := make(chan error, 1)
	go func() { simFailed <- simServer.Serve(simListener) }()
	defer func() {
		sim.Close()
		if closing := simServer.Close(); closing != nil {
			err = errors.Join(err, closing)
		}
	}()

	cfg, err := demoConfig(w.lookup, o.data, appURL, simURL, standIn)
	if err != nil {
		return errors.Join(err, appListener.Close())
	}
	// Who moves the phone's clock wants to see deadlines come: the app goes by it.
	w.now = func() time.Time { return sim.Now().UTC().Truncate(time.Millisecond) }
	log := demoLog(w.stderr, o)
	if err := fillDemo(ctx, w, cfg, log); err != nil {
		return errors.Join(err, appListener.Close())
	}
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return errors.Join(err, appListener.Close())
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := errors.Join(prepareDemo(ctx, w, cfg, db, log), catchUp(ctx, db, sim)); err != nil {
		return errors.Join(err, appListener.Close())
	}
	a, err := build(cfg, db, w.now, log)
	if err != nil {
		return errors.Join(err, appListener.Close())
	}
	return a.run(ctx, appListener, func() error {
		if err := a.publishMenu(ctx); err != nil {
			return err
		}
		if err := a.paintScenes(ctx); err != nil {
			return err
		}
		guide(w.stderr, appURL, simURL, o.data)
		return json.NewEncoder(w.stdout).Encode(readyLine{Ready: true, App: appURL, Simulator: simURL, Figures: a.figures})
	})
}

// catchUp moves the clock to where the data of an earlier run stopped, when it
// was moved ahead then: time must not go back.
func catchUp(ctx context.Context, db *store.DB, sim *simulator.Simulator) error {
	last, err := store.From[model.AuditLine](db.Read()).Order("at DESC").Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("read the last moment: %w", err)
	}
	if len(last) == 1 && last[0].At.After(sim.Now()) {
		sim.Advance(last[0].At.Sub(sim.Now()))
	}
	return nil
}

// paintScenes asks the stand-in for the codes of the sample's posters: it
// forgets them when it ends, and only a code that was painted can be scanned.
func (a *app) paintScenes(ctx context.Context) error {
	scenes, err := store.From[model.Scene](a.db.Read()).Where("kind = ?", model.ScenePlace).Order("created_at, code").Limit(100).Find(ctx)
	if err != nil {
		return fmt.Errorf("read scenes: %w", err)
	}
	for _, scene := range scenes {
		if _, err := a.gateway.OfficialCode(ctx, scene.Code, 0); err != nil {
			return fmt.Errorf("paint scene %s: %w", scene.Code, err)
		}
	}
	return nil
}

// demoLog keeps the screen for the guide: only what went wrong is shown.
func demoLog(to io.Writer, o demoOptions) *slog.Logger {
	level := slog.LevelError
	if o.verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
}

// fillDemo makes the database of a first start beside its place and moves it
// there when it is whole: a start that was interrupted leaves nothing half done.
func fillDemo(ctx context.Context, w world, cfg config.Config, log *slog.Logger) (err error) {
	path := cfg.Database.DSN.Reveal()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	scratch := path + ".filling"
	for _, left := range []string{scratch, scratch + "-wal", scratch + "-shm"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("清理上次没有完成的数据：%w", err)
		}
	}
	db, err := store.OpenScratch(ctx, scratch)
	if err != nil {
		return err
	}
	if err := errors.Join(prepareDemo(ctx, w, cfg, db, log), db.Close()); err != nil {
		return err
	}
	if err := os.Remove(scratch + ".lock"); err != nil {
		return err
	}
	return os.Rename(scratch, path)
}

// prepareDemo brings the schema up to date and fills in the sample district.
func prepareDemo(ctx context.Context, w world, cfg config.Config, db *store.DB, log *slog.Logger) error {
	if _, err := store.Migrate(ctx, db); err != nil {
		return err
	}
	if err := deadline.InstallCalendar(ctx, db, w.now()); err != nil {
		return err
	}
	// The sample signs its people in through the real gateway, as they would.
	a, err := build(cfg, db, w.now, log)
	if err != nil {
		return err
	}
	defer a.gateway.Close()
	keys, err := fieldKeys(cfg)
	if err != nil {
		return err
	}
	filled := sample.Fill(ctx, sample.Options{
		DB: db, Keys: keys, Now: w.now, WeChat: weChatDesk{a.gateway}, Log: log, Cap: cfg.Cap,
		LoginCode: func(ctx context.Context, person string) (string, error) {
			return mintLoginCode(ctx, cfg.WeChat.Simulator, person)
		},
		Upload: func(ctx context.Context, by model.Actor, content io.Reader) (string, error) {
			p, err := a.pictures.Upload(ctx, by, content)
			return p.ID, err
		},
	})
	return errors.Join(filled, a.files.Close())
}

// mintLoginCode asks the stand-in for a login code of the mini-program.
func mintLoginCode(ctx context.Context, simulatorURL, person string) (_ string, err error) {
	ask, err := json.Marshal(map[string]string{"account": simulator.MiniAccount, "user": person})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, simulatorURL+"/simulator/login-codes", bytes.NewReader(ask))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask the stand-in for a login code: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	var answer struct{ Code string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Code == "" {
		return "", fmt.Errorf("the stand-in gave no login code (status %d): %w", response.StatusCode, err)
	}
	return answer.Code, nil
}

// demoConfig sets everything a newcomer would otherwise have to. Limits can be
// changed as in earnest, for trying them and for tests.
func demoConfig(lookup func(string) (string, bool), data, appURL, simURL string, standIn simulator.Options) (config.Config, error) {
	folder, err := filepath.Abs(data)
	if err != nil {
		return config.Config{}, fmt.Errorf("数据文件夹 %s：%w", data, err)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return config.Config{}, fmt.Errorf("建不了数据文件夹，请换一个 --data：%w", err)
	}
	key, err := keepKey(filepath.Join(folder, "link.key"), rand.Text()+rand.Text())
	if err != nil {
		return config.Config{}, err
	}
	fieldKey, err := keepKey(filepath.Join(folder, "field.key"), newFieldKey("demo"))
	if err != nil {
		return config.Config{}, err
	}
	set := map[string]string{
		"LIANXIN_DATABASE": "sqlite:" + filepath.Join(folder, "lianxin.db"), "LIANXIN_DATA": folder, "LIANXIN_PUBLIC_URL": appURL,
		"LIANXIN_WECHAT_SIMULATOR": simURL, "LIANXIN_SMS_URL": simURL + "/sms", "LIANXIN_SMS_SECRET": simulator.SMSSecret, "LIANXIN_LINK_KEY": key, "LIANXIN_FIELD_KEYS": fieldKey, "LIANXIN_JOBS": "on",
		// A newcomer looks around with the passwords that the guide prints.
		"LIANXIN_STAFF_TOTP":     "optional",
		"LIANXIN_METRICS_LISTEN": "127.0.0.1:0", "LIANXIN_SHUTDOWN_DELAY": "0s",
	}
	for name, a := range map[string]simulator.Account{"MINI": standIn.Mini, "OFFICIAL": standIn.Official} {
		prefix := "LIANXIN_WECHAT_" + name + "_"
		set[prefix+"APP_ID"], set[prefix+"SECRET"], set[prefix+"TOKEN"] = a.AppID, a.Secret, a.Token
		set[prefix+"AES_KEY"], set[prefix+"MODE"] = a.EncodingAESKey, a.Mode
	}
	for _, kind := range []string{"progress", "answer", "task", "survey"} {
		set["LIANXIN_TEMPLATE_MINI_"+strings.ToUpper(kind)] = "mini-" + kind
		set["LIANXIN_TEMPLATE_OFFICIAL_"+strings.ToUpper(kind)] = "oa-" + kind
	}
	set["LIANXIN_TEMPLATE_MINI_NEWS"] = "mini-news"
	return config.LoadServing(func(name string) (string, bool) {
		if value, ok := set[name]; ok || !changeable(name) {
			return value, ok
		}
		return lookup(name)
	})
}

// changeable are the settings that the demo leaves to whoever starts it.
func changeable(name string) bool {
	return strings.HasPrefix(name, "LIANXIN_LIMIT_") || strings.HasPrefix(name, "LIANXIN_LOAD_") || strings.HasPrefix(name, "LIANXIN_ABUSE_")
}

// keepKey reads a key of the demo, or keeps a fresh one.
func keepKey(path, fresh string) (string, error) {
	known, err := os.ReadFile(path) //nolint:gosec // a file in the folder the caller named
	if err == nil {
		return strings.TrimSpace(string(known)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("读不了 %s：%w", path, err)
	}
	if err := os.WriteFile(path, []byte(fresh+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("写不了 %s：%w", path, err)
	}
	return fresh, nil
}

// guide tells a person what to open and try.
func guide(to io.Writer, appURL, simURL, data string) {
	_, _ = fmt.Fprintf(to, `
连心示例已就绪（数据在 %[1]s）

  浏览器手机：%[2]s
    选一个人，和公众号聊天：发“和平”“zhangsan”或一个社区的名字，点菜单，扫公示牌的码；
    点“网页”，就是这个人在微信里打开的页面；把时间拨快，期限、提醒和回访都会跟着走。
  两部手机：  %[2]s/?user=唐小雨 是居民，%[2]s/?user=林晓棠 是代表，
    并排打开，从“按小程序码扫”写一封信，到代表答复、居民评价，走一遍。
  管理台：    %[3]s
    用下面的账号登录：联络办看来信、人工审核、代为答复。
  接口说明：  %[4]s/openapi.json

%[5]s
按 Ctrl+C 退出。

`, data, simURL, appURL+consolePath, appURL, sample.Guide())
}
