import { createSSRApp } from 'vue'
import App from './App.vue'
import { comfort } from './comfort/comfort'

export function createApp() {
  const app = createSSRApp(App)
  app.config.globalProperties.$comfort = comfort
  return { app }
}
