// The parts of Element Plus that the console uses, with their styles: what is not
// named here is not shipped.
import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/button/style/css'
import 'element-plus/es/components/dialog/style/css'
import 'element-plus/es/components/input/style/css'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/select/style/css'

export { ElButton } from 'element-plus/es/components/button/index.mjs'
export { ElConfigProvider } from 'element-plus/es/components/config-provider/index.mjs'
export { ElDialog } from 'element-plus/es/components/dialog/index.mjs'
export { ElInput } from 'element-plus/es/components/input/index.mjs'
export { ElMessage } from 'element-plus/es/components/message/index.mjs'
export { ElOption, ElSelect } from 'element-plus/es/components/select/index.mjs'
