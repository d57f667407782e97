// WeChat asks for a bar of this name where its own is not wanted; ours is LxTabBar, in
// the pages themselves.
Component({})
