package account

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// A device stays known for half a year after it was last used. Each person has
// so many at most: a browser that forgets everything makes a new one each time,
// and the oldest goes.
const (
	deviceLife = 180 * day
	devicesMax = 20
)

// knownDevice finds the device of a person that holds a token; the zero one when
// there is none.
func (s *Service) knownDevice(ctx context.Context, personID, token string) (model.StaffDevice, error) {
	if token == "" {
		return model.StaffDevice{}, nil
	}
	known, err := store.From[model.StaffDevice](s.db.Read()).
		Where("token_hash = ? AND person_id = ? AND expires_at > ?", hashOf(token), personID, s.now()).Limit(1).Find(ctx)
	if err != nil {
		return model.StaffDevice{}, fmt.Errorf("account: find device: %w", err)
	}
	if len(known) == 0 {
		return model.StaffDevice{}, nil
	}
	return known[0], nil
}

// keepDevice notes that a known device was used, or makes one known and gives
// the token it is to be recognised by. The owner is told of a new one.
func (s *Service) keepDevice(ctx context.Context, tx *gorm.DB, personID string, device model.StaffDevice, from From) (model.StaffDevice, string, error) {
	now := s.now()
	if device.ID != "" {
		n, err := store.From[model.StaffDevice](tx).Where("id = ?", device.ID).
			Set(clause.Assignments(map[string]any{"last_used_at": now, "expires_at": now.Add(deviceLife), "label": from.label()})).Update(ctx)
		if err != nil {
			return device, "", fmt.Errorf("account: note device: %w", err)
		}
		if n == 1 {
			return device, "", nil
		}
	}
	others, err := store.From[model.StaffDevice](tx).Where("person_id = ?", personID).Order("last_used_at DESC, id DESC").Find(ctx)
	if err != nil {
		return device, "", fmt.Errorf("account: list devices: %w", err)
	}
	for _, old := range others[min(len(others), devicesMax-1):] {
		if _, err := store.From[model.StaffDevice](tx).Where("id = ?", old.ID).Delete(ctx); err != nil {
			return device, "", fmt.Errorf("account: forget oldest device: %w", err)
		}
	}
	token := newToken()
	device = model.StaffDevice{
		ID: model.NewID(), PersonID: personID, TokenHash: hashOf(token), Label: from.label(), CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(deviceLife),
	}
	if err := store.From[model.StaffDevice](tx).Create(ctx, &device); err != nil {
		return device, "", fmt.Errorf("account: add device: %w", err)
	}
	if len(others) == 0 {
		return device, token, nil
	}
	return device, token, s.warn(ctx, tx, personID, warning{
		what: "device/" + device.ID, title: "您的账号在新设备上登录", body: "您的账号在" + from.words() + "上登录了。如果不是您本人，请立即修改密码，并在“登录设备”里退出其他登录。",
	})
}

// Devices lists the devices on which the actor signed in at the console, the
// last used first.
func (s *Service) Devices(ctx context.Context, by model.Actor) ([]model.StaffDevice, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	known, err := store.From[model.StaffDevice](s.db.Read()).Where("person_id = ? AND expires_at > ?", by.PersonID, s.now()).
		Order("last_used_at DESC, id DESC").Limit(devicesMax).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: list devices: %w", err)
	}
	return known, nil
}

// ForgetDevice makes a device of the actor's a stranger again and ends the
// sessions on it. Fault: not found for one that is not theirs.
func (s *Service) ForgetDevice(ctx context.Context, by model.Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := store.From[model.StaffDevice](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Delete(ctx)
		if err != nil {
			return fmt.Errorf("account: forget device: %w", err)
		}
		if n == 0 {
			return fault.NotFound("这台设备")
		}
		if _, err := s.revoke(ctx, tx, "person_id = ? AND device_id = ?", by.PersonID, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "device.forget", audit.Target{Kind: "device", ID: id}, s.now())
	})
}

// forgetDevices makes the devices of a person strangers again, but one.
func forgetDevices(ctx context.Context, tx *gorm.DB, personID, spared string) error {
	if _, err := store.From[model.StaffDevice](tx).Where("person_id = ? AND id <> ?", personID, spared).Delete(ctx); err != nil {
		return fmt.Errorf("account: forget devices: %w", err)
	}
	return nil
}
