export { platform } from '#platform'
