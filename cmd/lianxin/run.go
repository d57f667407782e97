package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianxin/config"
	"lianxin/handler"
	"lianxin/handler/callback"
	"lianxin/handler/guard"
	"lianxin/handler/landing"
	"lianxin/handler/media"
	newsdesk "lianxin/handler/newsroom"
	"lianxin/handler/open"
	"lianxin/handler/person"
	"lianxin/handler/representative"
	"lianxin/handler/resident"
	rosterdesk "lianxin/handler/roster"
	"lianxin/handler/site"
	"lianxin/handler/staff"
	"lianxin/handler/unit"
	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/conversation"
	"lianxin/service/deadline"
	"lianxin/service/directory"
	"lianxin/service/follow"
	"lianxin/service/limit"
	"lianxin/service/message"
	"lianxin/service/message/abuse"
	"lianxin/service/newsroom"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/picture"
	"lianxin/service/picture/raster"
	"lianxin/service/privacy"
	"lianxin/service/roster"
	"lianxin/service/store"
	"lianxin/service/suggestion"
	"lianxin/service/token"
	"lianxin/service/wechat"
	"lianxin/web"
)

// app is the whole program, wired and not yet running.
type app struct {
	cfg        config.Config
	log        *slog.Logger
	now        func() time.Time
	db         *store.DB
	gateway    *wechat.Gateway
	files      pictureStorage
	pictures   *picture.Service
	surface    handler.Surface
	dispatcher *outbox.Dispatcher
	limiter    *limit.Limiter
	accounts   *account.Service
	talk       *conversation.Service
	registry   *prometheus.Registry
	jobs       []outbox.Job
	stopping   atomic.Bool
	// figures is where the program's figures are served; "" when they are not.
	figures string
}

// consolePath is where staff find their console.
const consolePath = "/console/"

// phonePath is where the pages for phones are, as the official account opens them.
const phonePath = "/h5/"

// build wires every room. Nothing is reached yet and nothing runs.
func build(cfg config.Config, db *store.DB, now func() time.Time, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, log: log, now: now, db: db}
	figures, err := registry(&standing{cfg: cfg, db: db, now: now, log: log})
	if err != nil {
		return nil, err
	}
	a.registry = figures
	count := newCounters(figures)
	a.gateway, err = wechat.New(wechat.Options{
		Mini:     wechat.Account{AppID: cfg.WeChat.Mini.AppID, Secret: cfg.WeChat.Mini.Secret.Reveal()},
		Official: wechat.Account{AppID: cfg.WeChat.Official.AppID, Secret: cfg.WeChat.Official.Secret.Reveal()},
		BaseURL:  cfg.WeChat.Simulator, Tokens: tokens{token.New(db)}, Timeout: cfg.WeChat.Timeout, Now: now, Log: log,
		Watch: count.watchWeChat,
	})
	if err != nil {
		return nil, fmt.Errorf("微信接口：%w", err)
	}
	weChat := weChatDesk{a.gateway}

	a.limiter, err = limit.New(limit.Options{DB: db, Now: now, HashKey: []byte(cfg.LinkKey.Reveal()), Rules: limitRules(cfg.Limits)})
	if err != nil {
		return nil, err
	}
	keys, err := fieldKeys(cfg)
	if err != nil {
		return nil, err
	}
	accounts, err := account.New(account.Options{
		DB: db, Now: now, WeChat: weChat, Keys: keys, SecondFactor: account.SecondFactor(cfg.StaffTOTP),
		Strangers: scaled(cfg.Limits.SignInStaff.Address, cfg.Limits.Scale), SessionLife: cfg.SessionLife, RefreshLife: cfg.RefreshLife, SMS: smsOf(cfg, now, log),
	})
	if err != nil {
		return nil, err
	}
	places, err := directory.New(directory.Options{DB: db, Now: now, MinSample: cfg.MinSample, Log: log})
	if err != nil {
		return nil, err
	}
	if a.files, err = openStorage(cfg, cfg.Storage, now); err != nil {
		return nil, err
	}
	custodian, err := picture.NewCustodian(db, now, log, a.files)
	if err != nil {
		return nil, err
	}
	people, err := roster.New(roster.Options{DB: db, Now: now, MaxBytes: cfg.UploadLimit, Screener: weChat})
	if err != nil {
		return nil, err
	}
	pictures, err := picture.New(picture.Options{
		DB: db, Now: now, Log: log, Normalizer: raster.New(raster.Limits{Bytes: cfg.UploadLimit}, 2), Keeper: a.files, Checker: weChat,
		LinkKey: []byte(cfg.LinkKey.Reveal()), PublicURL: cfg.PublicURL,
	})
	if err != nil {
		return nil, err
	}
	a.pictures = pictures
	link := func(page string) string { return cfg.PublicURL + landing.Path + page }
	news, err := newsroom.New(a.newsroomOptions(pictures, link))
	if err != nil {
		return nil, err
	}
	messages := message.New(message.Options{DB: db, Now: now, Screener: weChat, Keys: keys, Cap: cfg.Cap, Limits: messageRates(cfg.Limits), Rules: abuse.Rules(cfg.Abuse)})
	desk, err := privacy.New(privacy.Options{DB: db, Now: now, Log: log, Keys: keys, Files: pictures})
	if err != nil {
		return nil, err
	}
	pusher := notice.NewPusher(notice.Options{
		DB: db, Now: now, Log: log, Channels: weChat, Link: link,
		Mini: templates(cfg.Templates.Mini, cfg.Templates.News), Official: templates(cfg.Templates.Official, ""),
	})
	box := suggestion.New(suggestion.Options{DB: db, Now: now})
	follows := follow.New(follow.Options{DB: db, Now: now})
	talk := conversation.New(conversation.Options{
		DB: db, Now: now, Log: log, Speaker: weChat, Directory: signpost{places, news}, Newsroom: news, Menus: weChat, Link: link, Linker: accounts.Linker(),
	})
	a.talk = talk

	a.dispatcher = outbox.NewDispatcher(db, now, log, count.watchTasks(map[string]outbox.Handler{
		message.ScreenTask:      messages.HandleScreen,
		roster.IntroductionTask: people.HandleIntroduction,
		message.ExportTask:      messages.HandleExport,
		deadline.TaskKind:       messages.HandleDeadline,
		notice.TaskKind:         pusher.Handle,
		picture.CheckTask:       pictures.HandleCheck,
		conversation.TaskKind:   talk.Handle,
		privacy.PictureTask:     desk.HandlePicture,
		newsroom.DoorTask:       news.HandleDoor,
		newsroom.ScheduleTask:   news.HandleSchedule,
		model.StoryEndTask:      news.HandleStoryEnd,
		follow.ArticleTask:      follows.HandleArticle,
		follow.TurnoverTask:     follows.HandleTurnover,
	}))
	a.accounts = accounts
	for _, job := range a.routine(custodian, desk, news, accounts.Linker()) {
		a.jobs = append(a.jobs, count.watchJob(job))
	}

	receivers, err := receiversOf(cfg.WeChat, now)
	if err != nil {
		return nil, err
	}
	if err := figures.Register(pictureFigures{custodian}); err != nil {
		return nil, err
	}
	pictureLink := func(id string) (full, thumb string) {
		return pictures.Link(id, picture.SizeFull, now()), pictures.Link(id, picture.SizeThumb, now())
	}
	a.surface, err = handler.New(handler.Options{
		DB: db, Now: now, Log: log, Registry: figures, TrustedProxies: cfg.TrustedProxies, HTTPS: strings.HasPrefix(cfg.PublicURL, "https://"), Identify: accounts.Identify,
		SteppedUp: accounts.SteppedUp, Limiter: a.limiter, Stopping: a.stopping.Load,
		Gate: gateOptions(cfg.Load, log, figures), Wake: a.dispatcher.Wake, Edition: editionOf(places, news, messages),
		Open:           open.Room{Directory: places, Messages: messages, Newsroom: news, Link: pictureLink},
		Person:         person.Room{Accounts: accounts, Messages: messages, Privacy: desk, Newsroom: news, Follows: follows, Suggestions: box, Link: pictureLink, Pusher: pusher, DB: db, Now: now, Log: log, Authorize: a.authorize},
		Resident:       resident.Room{Messages: messages, Link: pictureLink},
		Representative: representative.Room{Messages: messages, Directory: places, Roster: people, Link: pictureLink, Codes: weChat, Log: log},
		Unit:           unit.Room{Messages: messages, Link: pictureLink},
		Staff: staff.Room{
			Messages: messages, Privacy: desk, Accounts: accounts, Suggestions: box, Directory: places, DB: db, Now: now, Link: pictureLink, Codes: weChat,
			Routines: routinesOf(a.jobs), Explain: explainFailure,
			Talk: talk, MiniAppID: cfg.WeChat.Mini.AppID, Online: a.online, NoticeTemplates: a.noticeTemplates,
		},
		Roster:   rosterdesk.Room{Roster: people, Messages: messages, Link: pictureLink},
		Newsroom: newsdesk.Room{Newsroom: news, Pictures: pictures, Link: pictureLink},
		Landing:  landing.Room{Directory: places, Phone: phonePath, MiniLink: a.miniLink(), Log: log},
		Console:  site.Room{Path: consolePath, Files: web.Console(), Policy: site.ConsolePolicy},
		Phone:    site.Room{Path: phonePath, Files: web.Phone(), Policy: site.PhonePolicy(standInFrames(cfg.WeChat.Simulator)...)},
		Media:    media.Options{Pictures: pictures, Now: now},
		Callback: callback.Options{Mini: receivers.mini, Official: receivers.official, Receive: talk.Receive, Wake: a.dispatcher.Wake, Log: log},
	})
	return a, err
}

// run serves until ctx ends: then it says that it stops, takes no more
// requests, lets those under way end, stops the jobs and closes what it opened.
// ready is called once connections are taken.
func (a *app) run(ctx context.Context, listener net.Listener, ready func() error) error {
	door := guard.NewDoor(listener, connections(a.cfg.Load), clock, a.registry)
	server := &http.Server{
		Handler: a.surface, ConnState: door.Note, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	stopFigures, err := a.serveFigures(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(door) }()

	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	work.Go(func() { a.limiter.Replica().Run(working, a.log) })
	work.Go(func() { a.noteUses(working) })
	if a.cfg.Jobs {
		work.Go(func() { a.dispatcher.Run(working) })
		for _, job := range a.jobs {
			work.Go(func() { outbox.RunJob(working, a.db, a.now, a.log, job) })
		}
	}
	err = ready()
	if err == nil {
		select {
		case <-ctx.Done():
			err = a.linger(failed)
		case err = <-failed:
		}
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownGrace)
	defer cancel()
	err = errors.Join(err, server.Shutdown(grace))
	stopWork()
	work.Wait()
	a.gateway.Close()
	return errors.Join(err, a.files.Close(), stopFigures())
}
