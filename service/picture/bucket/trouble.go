package bucket

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
)

// trouble puts an error of a request into ours: with what the storage answered,
// without anything that was sent.
func (b *Bucket) trouble(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		// minio says only that the context ended.
		return fmt.Errorf("bucket: %s: %w", what, cause)
	}
	if answer := minio.ToErrorResponse(err); answer.StatusCode != 0 || answer.Code != "" {
		refusal := RefusedError{Code: answer.Code, Status: answer.StatusCode, Request: answer.RequestID}
		return fmt.Errorf("bucket: %s: %w", what, refusal)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		// The address is left out: it names the file and nothing is learned by it.
		err = u.Err
	}
	if strings.HasPrefix(err.Error(), "Connection closed by foreign host") {
		err = io.ErrUnexpectedEOF // minio's words hold the address
	}
	return fmt.Errorf("bucket: %s: %w", what, err)
}

// RefusedError is an answer of the storage that is not the one that was wanted.
type RefusedError struct {
	Code    string
	Status  int
	Request string
}

// Error tells the answer.
func (e RefusedError) Error() string {
	return fmt.Sprintf("storage answered %d %s (request %s)", e.Status, e.Code, e.Request)
}

// Is takes the storage's word for a missing file as everybody's.
func (e RefusedError) Is(target error) bool {
	return target == fs.ErrNotExist && e.Code == minio.NoSuchKey
}

// words explains to an administrator what stands in the way and what to do.
func words(err error) string {
	if refusal, ok := errors.AsType[RefusedError](err); ok {
		return wordsOfRefusal(refusal)
	}
	return wordsOfLine(err)
}

// wordsByCode are for the answers that storages give.
var wordsByCode = map[string]string{
	minio.NoSuchBucket:                 "存储桶不存在。请核对 LIANXIN_S3_BUCKET；桶要先在存储的控制台建好，本系统不会自动创建。",
	minio.InvalidAccessKeyID:           "存储不认识这个访问密钥 ID。请核对 LIANXIN_S3_ACCESS_KEY。",
	minio.SignatureDoesNotMatch:        "签名不符：多半是 LIANXIN_S3_SECRET_KEY 不对或没有复制完整。",
	minio.AccessDenied:                 "没有权限。请给这个密钥授予该桶的列出、读取、写入和删除权限（ListBucket、GetObject、PutObject、DeleteObject）。",
	"RequestTimeTooSkewed":             "本机时钟与存储相差超过 15 分钟。请校准本机时间（如启用 chrony）。",
	minio.AuthorizationHeaderMalformed: "区域不对。请按存储控制台所示设置 LIANXIN_S3_REGION。",
	minio.InvalidRegion:                "区域不对。请按存储控制台所示设置 LIANXIN_S3_REGION。",
	"PermanentRedirect":                "这个桶在别的区域或地址。请核对 LIANXIN_S3_ENDPOINT 和 LIANXIN_S3_REGION。",
	"SecondLevelDomainForbidden":       "这个存储要求把桶名写在域名里。请设置 LIANXIN_S3_PATH_STYLE=off。",
	"InvalidBucketName":                "桶名不合规定。请核对 LIANXIN_S3_BUCKET。",
	"ServerSideEncryptionNotSupported": "存储不支持服务端加密。请设置 LIANXIN_S3_ENCRYPTION=off，或在存储上启用加密。",
	"NotImplemented":                   "存储不支持所用的接口。若设置了 LIANXIN_S3_ENCRYPTION=on，请先关闭再试。",
	"XMinioStorageFull":                "存储已满。请清理或扩容。",
	"QuotaExceeded":                    "存储的配额已用完。请清理或扩容。",
	"XMinioAdminBucketQuotaExceeded":   "存储的配额已用完。请清理或扩容。",
	"SlowDown":                         "存储正忙，要求放慢。请稍后再试；经常如此请扩容。",
	"ServiceUnavailable":               "存储暂时不可用。请稍后再试，并查看存储自己的状态。",
	"InternalError":                    "存储内部出错。请稍后再试，并查看存储自己的日志。",
}

func wordsOfRefusal(e RefusedError) string {
	said := fmt.Sprintf("（存储答复：%d %s）", e.Status, e.Code)
	if e.Status == 404 && e.Request == "" {
		// Who speaks the protocol names the request; the code is only guessed.
		return "存储桶不存在，或者 LIANXIN_S3_ENDPOINT 指向的不是 S3 接口。" + said
	}
	if known := wordsByCode[e.Code]; known != "" {
		return known + said
	}
	switch {
	case e.Status == 301 || e.Status == 307 || e.Status == 308:
		return wordsByCode["PermanentRedirect"] + said
	case e.Status == 403:
		return wordsByCode[minio.AccessDenied] + said
	case e.Status >= 500:
		return wordsByCode["ServiceUnavailable"] + said
	}
	return "存储的答复无法识别，可能 LIANXIN_S3_ENDPOINT 指向的不是 S3 接口。" + said
}

// wordsOfLine is for troubles on the way.
func wordsOfLine(err error) string {
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return "找不到存储的主机。请核对 LIANXIN_S3_ENDPOINT 和本机的域名解析；桶名在域名里时，也请核对 LIANXIN_S3_PATH_STYLE。"
	}
	if _, foreign := errors.AsType[x509.UnknownAuthorityError](err); foreign {
		return "存储的证书不是由受信任的机构签发的。请把签发机构的证书装入本机（如 /usr/local/share/ca-certificates 后运行 update-ca-certificates）。"
	}
	if _, foreign := errors.AsType[x509.HostnameError](err); foreign {
		return "存储的证书不是发给这个域名的。请核对 LIANXIN_S3_ENDPOINT。"
	}
	if _, other := errors.AsType[tls.RecordHeaderError](err); other || strings.Contains(err.Error(), "HTTP response to HTTPS client") {
		return "存储没有用 HTTPS 应答。若它只提供 HTTP，请把 LIANXIN_S3_ENDPOINT 改为 http:// 开头。"
	}
	slow, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errSlow), isNet && slow.Timeout():
		return "存储没有在限定时间内应答。请检查网络、防火墙和 LIANXIN_S3_ENDPOINT，或调大 LIANXIN_S3_TIMEOUT。"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "存储中途断开了连接。请检查它前面的代理和网络。"
	}
	return "连不上存储。请检查它是否在运行、网络和防火墙，以及 LIANXIN_S3_ENDPOINT。"
}
