// What a representative can and cannot do, and where other matters go. The ways
// are the same as those of "out of scope" (product rule: no state is a dead end).

export const can = [
  '听您的意见和建议，如实向党组织反映',
  '把要办的事转给有关单位，并盯到有结果',
  '解释党的政策，告诉您该走哪条路',
  '邻里之间的矛盾，帮着说和',
  '共同的难处，写成提案或提议，推动解决',
]

export const cannot = [
  '代替机关作决定，或者批条子、打招呼',
  '改变法院判决、仲裁裁决和行政复议的结果',
  '办案、抓人、取证',
  '替您打官司，或担保一定办成',
]

export const elsewhere: { name: string; note: string; phone?: string }[] = [
  { name: '12345 政务服务热线', note: '水电气暖、市容、办证、政策咨询，24 小时有人接', phone: '12345' },
  { name: '信访部门', note: '对机关的处理有意见、要申诉：到当地信访局，或在“国家信访局”网站、公众号上提出' },
  { name: '法院', note: '打官司、已有判决的事，诉讼服务热线', phone: '12368' },
  { name: '法律援助', note: '不懂法、请不起律师，免费咨询', phone: '12348' },
  { name: '纪检监察', note: '举报党员、干部违纪违法', phone: '12388' },
  { name: '110', note: '违法犯罪、人身危险', phone: '110' },
]
