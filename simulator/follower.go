package simulator

// follower is user/info. Nickname and picture are gone since 2021-12-27.
func follower(s *Simulator, c *call) (any, error) {
	p, err := s.recipient(c.account, c.query.Get("openid"))
	if err != nil {
		return nil, err
	}
	openID := p.openIDs[OfficialAccount]
	if p.follow == nil {
		return reply{"subscribe": 0, "openid": openID, "tagid_list": []int{}}, nil
	}
	out := reply{
		"subscribe": 1, "openid": openID, "language": "zh_CN", "subscribe_time": p.follow.since.Unix(), "remark": "", "groupid": 0,
		"tagid_list": []int{}, "subscribe_scene": p.follow.how, "qr_scene": 0, "qr_scene_str": p.follow.scene,
	}
	if !c.account.Unbound {
		out["unionid"] = p.unionID
	}
	return out, nil
}
