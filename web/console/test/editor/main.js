// The editor by itself, for its tests: what it would send, and what it tells.
import { createApp, h, ref } from 'vue'
import '../../src/tokens.css'
import '../../src/page.css'
import Editor from '../../src/rooms/newsroom/Editor.vue'
import { keepWith } from '../../src/api/send'

keepWith({ token: () => 'a-token', renew: async () => false, lost() {}, stepUp: async () => false, enrol() {} })
window.said = []
const editor = ref()
createApp({ render: () => [h('h1', { class: 'unseen' }, '编辑器'), h(Editor, { ref: editor, body: '', onTold: (words) => window.said.push(words) })] }).mount('#app')
window.editor = editor
