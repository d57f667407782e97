import { createApp } from 'vue'
import App from './App.vue'
import './parts/kit'
import './tokens.css'
import './page.css'
import { router } from './router'
import { begin } from './session/session'

begin({
  signIn: () => void router.push({ name: 'sign-in', query: { back: router.currentRoute.value.fullPath } }),
  enrol: () => void router.push({ name: 'enrol', query: { back: router.currentRoute.value.fullPath } }),
})
createApp(App).use(router).mount('#app')
