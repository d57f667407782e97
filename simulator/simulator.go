package simulator

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Simulator is the stand-in: an http.Handler for WeChat's paths, for the control API under
// /simulator/ and for the phone page at /.
type Simulator struct {
	mux        *http.ServeMux
	log        *slog.Logger
	client     *http.Client
	appURL     string
	base       func() time.Time
	retryPause time.Duration

	background func(work func(ctx context.Context))
	stop       context.CancelFunc
	working    sync.WaitGroup

	mu     sync.Mutex // guards everything below
	closed bool
	start  Options
	world
}

// world is everything that a reset forgets.
type world struct {
	shift         time.Duration
	sequence      int64
	accounts      map[string]*account
	templates     []Template
	people        map[string]*person
	names         []string
	codes         map[string]*code
	webTokens     map[string]*webToken
	sceneCodes    []*sceneCode
	pushes        []*push
	calls         []callRecord
	faults        []*fault
	textRules     []textRule
	mediaVerdicts []*mediaVerdict
	media         map[string]string
	clientIDs     map[string]sentTemplate
	desk          desk
	texts         []text
}

// New makes a stand-in. It fails, with every mistake at once, when the options describe
// accounts that WeChat would not have.
func New(options Options) (*Simulator, error) {
	if err := options.complete(); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Simulator{
		log:        options.Log,
		client:     callbackClient(options.PushTimeout),
		appURL:     options.AppURL,
		base:       options.Now,
		retryPause: options.RetryPause,
		start:      options,
		stop:       cancel,
	}
	s.background = func(work func(ctx context.Context)) {
		s.working.Go(func() { work(ctx) })
	}
	s.reset()
	s.mux = s.routes()
	return s, nil
}

// ServeHTTP answers like WeChat, like the control API or with the phone page, by path.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// Close cuts the pushes under way short and waits for them. Later pushes are only recorded.
func (s *Simulator) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.working.Wait()
}

// SetCallback tells where an account's pushes go: account is MiniAccount or OfficialAccount.
// It survives a reset. Unknown accounts are ignored.
func (s *Simulator) SetCallback(account, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accounts[account]
	if !ok {
		return
	}
	a.CallbackURL = url
	if account == MiniAccount {
		s.start.Mini.CallbackURL = url
		return
	}
	s.start.Official.CallbackURL = url
}

// now is the moved clock. Call it with the lock held.
func (s *Simulator) now() time.Time {
	return s.base().Add(s.shift)
}

// Now tells the stand-in's time, which runs ahead of the real one by as much as
// it was moved. A program that is tried against the stand-in may go by it.
func (s *Simulator) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Advance moves the stand-in's clock on, as POST /simulator/clock does.
func (s *Simulator) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shift += d
}

// next is a number that grows. Call it with the lock held.
func (s *Simulator) next() int64 {
	s.sequence++
	return s.sequence
}

// reset starts the world again. Call it with the lock held, or before anybody else knows s.
func (s *Simulator) reset() {
	s.world = world{
		accounts:  map[string]*account{},
		templates: s.start.Templates,
		people:    map[string]*person{},
		codes:     map[string]*code{},
		webTokens: map[string]*webToken{},
		media:     map[string]string{},
		clientIDs: map[string]sentTemplate{},
		textRules: defaultTextRules(),
		desk:      newDesk(),
	}
	s.accounts[MiniAccount] = newAccount(MiniAccount, s.start.Mini)
	s.accounts[OfficialAccount] = newAccount(OfficialAccount, s.start.Official)
	for _, name := range s.start.People {
		s.person(name)
	}
}

func (s *Simulator) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for path, endpoint := range endpoints() {
		mux.Handle(path, s.api(path, endpoint))
	}
	mux.Handle("/", s.api("", endpoint{answer: unknownPath}))
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /cgi-bin/showqrcode", s.showSceneCode)
	mux.HandleFunc("POST /sms", s.takeText)
	s.controlRoutes(mux)
	s.pageRoutes(mux)
	s.phoneRoutes(mux)
	return mux
}
