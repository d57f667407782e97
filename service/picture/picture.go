// Package picture keeps the pictures that residents, representatives and
// officers upload. It repaints each one, files it, sends it to WeChat's content
// check, hands out links that end by themselves, and clears away what nobody
// used.
//
// It refuses uploads of nobody, content that is not a picture, and a person who
// uploads without end. It does not decide what a verdict of the check means for
// a message, and it takes no verdict in: it notes under which trace id the
// verdict will come. A picture that was refused is never served again.
package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture/raster"
	"lianxin/service/store"
)

// Keeper keeps files under names of two levels, such as "3f/0193-full.jpg".
// Put replaces as a whole or not at all. Open of an absent name fails with
// fs.ErrNotExist; Remove of one is no error. List visits the files with their
// size and when they were put, and stops at the first error of visit. Check
// tries all of it; its error carries a fault with words for the administrator.
type Keeper interface {
	Put(ctx context.Context, name string, content []byte) error
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Remove(ctx context.Context, name string) error
	List(ctx context.Context, visit func(name string, size int64, at time.Time) error) error
	Check(ctx context.Context) error
}

// Checker is WeChat's picture check. It fetches the picture from mediaURL and
// gives its verdict later, as a push with the trace id. Its errors wrap
// model.ErrNoRecentVisit, model.ErrUnknownPerson and model.ErrChannelUnavailable
// when it cannot check for this person.
type Checker interface {
	CheckPicture(ctx context.Context, openID, mediaURL string) (traceID string, err error)
}

const (
	defaultLinkLife = 10 * time.Minute
	linkKeyMin      = 32
)

// Options wires a Service. LinkKey signs links and has at least 32 bytes; all
// replicas share it. PublicURL is how the outside reaches us, without a path of
// ours. LinkLife is how long a link is good; zero takes 10 minutes.
type Options struct {
	DB         *store.DB
	Now        func() time.Time
	Log        *slog.Logger
	Normalizer *raster.Normalizer
	Keeper     Keeper
	Checker    Checker
	LinkKey    []byte
	PublicURL  string
	LinkLife   time.Duration
}

// Service is the desk for pictures.
type Service struct {
	db         *store.DB
	clock      func() time.Time
	log        *slog.Logger
	normalizer *raster.Normalizer
	keeper     Keeper
	checker    Checker
	linkKey    []byte
	publicURL  string
	linkLife   time.Duration
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil || o.Log == nil || o.Normalizer == nil || o.Keeper == nil || o.Checker == nil {
		return nil, errors.New("picture: a database, a clock, a log, a normalizer, a keeper and a checker are needed")
	}
	if len(o.LinkKey) < linkKeyMin {
		return nil, fmt.Errorf("picture: the link key needs at least %d bytes", linkKeyMin)
	}
	if o.LinkLife < 0 {
		return nil, errors.New("picture: the life of a link cannot be negative")
	}
	public, err := url.Parse(o.PublicURL)
	if err != nil || public.Host == "" || public.Scheme != "https" && public.Scheme != "http" || public.RawQuery != "" || public.Fragment != "" {
		return nil, errors.New("picture: the public address must look like https://example.org")
	}
	if o.LinkLife == 0 {
		o.LinkLife = defaultLinkLife
	}
	return &Service{
		db: o.DB, clock: o.Now, log: o.Log, normalizer: o.Normalizer, keeper: o.Keeper, checker: o.Checker,
		linkKey: o.LinkKey, publicURL: strings.TrimRight(o.PublicURL, "/"), linkLife: o.LinkLife,
	}, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// MaxBytes is the size of the largest upload.
func (s *Service) MaxBytes() int64 { return s.normalizer.Limits().Bytes }

// storageRest is when to come back after the storage did not serve.
const storageRest = 10 * time.Second

// unkept is an error of the keeper: whatever its reason is, the person can only
// come back later. That the person has gone is no error of the keeper.
func unkept(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("picture: %s: %w", what, err)
	}
	return fmt.Errorf("%w: picture: %s: %w", fault.Unavailable("图片暂时存取不了，请稍后再试。", storageRest), what, err)
}

// signedIn refuses what only a person can ask for.
func signedIn(by model.Actor) error {
	if by.PersonID == "" {
		return fault.Unauthenticated("请先登录。")
	}
	return nil
}

// Size names one of the two files of a picture.
type Size string

// The picture as it is kept, and its thumbnail.
const (
	SizeFull  Size = "full"
	SizeThumb Size = "thumb"
)

// idLength is the length of a picture's id, which its file names begin with.
const idLength = 36

// fileName is where a file of a picture is kept. The end of an id is random, so
// it spreads the files evenly.
func fileName(id string, size Size) string {
	return id[len(id)-2:] + "/" + id + "-" + string(size) + ".jpg"
}

// Files names the files of a picture, the picture itself first.
func Files(id string) []string {
	if len(id) != idLength {
		return nil
	}
	return []string{fileName(id, SizeFull), fileName(id, SizeThumb)}
}

// idIn reads the picture's id out of a file name; false when it is not a name
// of ours. The rest of a broken upload still names its picture.
func idIn(name string) (string, bool) {
	shard, file, ok := strings.Cut(name, "/")
	if !ok || len(file) < idLength {
		return "", false
	}
	id := file[:idLength]
	return id, strings.HasPrefix(file, id+"-") && strings.HasSuffix(id, shard)
}
