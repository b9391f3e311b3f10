// Every word of the screens in Chinese; en.ts has the same keys.
export const zh = {
  app: { desk: "座席台", board: "看板", nav: "主导航", dark: "深色", light: "浅色", language: "English", away: "连不上服务器，正在重试。话机上的通话不受影响。", logOut: "退出", listed: "、" },
  login: {
    title: "登录", login: "账号", password: "密码", enter: "登录",
    need: "请填写账号和密码", hint: "忘记密码请找班长或主管重置。", hotline: "热线",
  },
  state: {
    signed_out: "签出", ready: "空闲", ringing: "振铃", talking: "通话", holding: "保持", wrap_up: "话后整理",
    busy: "示忙", break: "小休", not_responding: "未应答", disconnected: "断线",
  },
  cause: {
    agent: "自己", timeout: "久不应答", no_answer: "久不应答", rejected: "拒接", supervisor: "班长强制", switch: "话机断开",
    unreachable: "话机呼不通", caller: "客户挂机", resync: "与交换机核对",
  },
  why: { longest_idle: "空闲最久，已空闲 {t}", rejoin: "接回刚才的通话", resync: "与交换机核对后恢复" },
  whyNot: { shorter_idle: "空闲 {t}，较短", no_phone: "话机未注册" },
  bar: {
    label: "接续条", tools: "通话", noCall: "无通话", left: "还有 {n} 秒", signInHere: "点此签入", afterCall: "通话后转为",
    signOut: "签出", ready: "空闲", busy: "示忙", break: "小休",
    noReason: "不填原因", menu: "更改状态", answer: "接听", hold: "保持", unhold: "取回", mute: "静音", hangUp: "挂机", reject: "拒接", again: "再按一次",
    onPhone: "请在话机上接听", recording: "录音中", waited: "已等 {t}", talked: "通话 {t}", muted: "已静音", held: "保持 {t}",
    legLost: "话机断开，客户仍在线，正在接回", goesOn: "通话仍在，计时由本机继续", unknown: "未知客户", extension: "分机 {n}",
  },
  phone: {
    off: "话机未启用", starting: "话机接入中", registered: "话机正常", failed: "话机不可用", lost: "话机断开", sip: "SIP 话机", linkLost: "数据断开",
    details: "话机与连接",
    denied: "麦克风被禁止。点地址栏左侧的图标，允许麦克风，再点“重试”。",
    missing: "找不到麦克风。插好耳麦，再点“重试”。",
    insecure: "浏览器只在 https 或本机地址上允许麦克风，请改用 https 地址打开，或改用 SIP 话机签入。",
    micLost: "麦克风断开，客户听不到你。插回耳麦，再点“重试”。",
    refused: "话机注册被拒。退出后重新登录；仍不行请找管理员核对分机。",
    gone: "话机与交换机断开，来电接不到。正在重连；持续超过一分钟请检查网络。",
    locked: "浏览器暂时不让响铃，点一下即可恢复。", unlock: "启用铃声", retry: "重试",
  },
  notice: {
    calm: "{org} · 热线 {hotline}",
    stale: "数据中断", staleMore: "{t} 起收不到更新，灰纹数字可能已旧。通话不受影响，文字已存本机。正在重连，第 {n} 次。", reconnect: "立即重连",
    switchDown: "交换机断开", switchDownMore: "电话系统暂时连不上，通话中的客户不受影响，正在恢复。",
    missedPlain: "来电已转给下一位，你已退出排队。", backToReady: "恢复空闲",
    rejected: "你拒接了来电，来电已转给下一位，你已退出排队。",
    wrapEnds: "{n} 秒后自动完成；没选业务分类时记为“超时未小结”，已写的文字会留着。",
    legLost: "话机与客户的连接断开，客户正在听音乐，系统会再接通你。", close: "知道了",
  },
  elsewhere: {
    title: "已在另一个标签页打开", text: "同一时间只有一个标签页能接电话。那边的通话和文字不受影响。", take: "在此使用",
    out: "已签出", again: "重新打开座席台",
  },
  desk: {
    current: "当前通话", number: "编号 {id}", waiting: "等待来电", waitingMore: "来电在此处显示，页面不会移动", offText: "尚未签入，来电不会分给你",
    busyText: "{state}中，来电不会分给你", missedTitle: "刚才没有接到", backToReady: "恢复空闲", missedWhy: "原因：{cause}",
    keys: "来意", heard: "已听到", queue: "排队", waited: "等 {t}", from: "来电", dialed: "拨打", why: "为何由你接", others: "未选别人",
    noKeys: "没有按键", noHeard: "没有播报", queues: "排队", myQueues: "我的 {n} 个技能组", asOf: "截至 {t}",
    emptyTitle: "客户资料显示在这里", emptyText: "来电振铃时自动打开，不抢光标，不移动页面。", shortcuts: "快捷键",
    signInTitle: "签入", signInText: "签入后为示忙，准备好后再置闲。声音测试会响一下。", withBrowser: "用浏览器话机签入", withSip: "用 SIP 话机签入",
    browserHint: "耳麦接在这台电脑上", sipHint: "来电响在桌上的话机，分机 {n}", goReady: "置闲",
    unknown: "没有找到客户资料", unknownText: "{number} 不在客户库中。通话记录和小结照常保存。",
    choose: "{n} 位客户共用这个号码，请选择来电的是谁", pick: "选择", others_same: "同号 {n} 人", account: "户号", due: "欠费", dueOn: "{d} 到期", noDue: "不欠费", dueUnknown: "未知",
    tier: "等级", calls: "通话记录", lastCall: "上次 {t}", noCalls: "第一次来电", assets: "名下资产", details: "更多资料", history: "通话记录",
    show: "显示", yes: "是", no: "否", talk: "通话 {t}", untilDone: "待小结", noAssets: "没有登记资产",
    lookup: "客户与来电记录",
  },
  wrap: {
    title: "小结", titleWrap: "话后整理", none: "无待写", noneText: "来电后在这里写小结，随写随存。", code: "业务分类", note: "备注",
    notePlaceholder: "客户说了什么，答应了什么，下一步谁来做", saved: "已保存 {t}", saving: "正在保存", local: "已存本机，待上传",
    extend: "延长 {n} 秒", done: "完成", thenReady: "完成并空闲", thenBusy: "完成并示忙", thenBreak: "完成并小休", afterBusy: "通话后示忙",
    pickCode: "先选业务分类", parked: "小结未完", discard: "丢弃", finishParked: "补交小结", left: "剩余时间", notYet: "通话结束后才能完成", thisCall: "本次",
    search: "搜业务分类", nothing: "没有这样的分类",
  },
  board: {
    title: "看板", all: "全部", filter: "按技能组筛选", book: "账目 今日 {n} 通 · 未解释 {x}", asOf: "数据 {t}", waiting: "排队", longest: "最长等待", offered: "今日转人工", answerRate: "接起率",
    level: "服务水平", levelIn: "服务水平 {n} 秒", abandonRate: "放弃率", speed: "平均应答", ready: "空闲座席", queues: "队列", queue: "队列", answered: "接起", abandoned: "放弃",
    short: "速挂", ready2: "空闲", talking: "通话", wrap: "话后", signedIn: "签入", agents: "座席", noAgents: "没有座席签入", noQueues: "没有技能组",
    waitingList: "排队的人", noWaiting: "没有人在排队", place: "第 {n} 位", todaysBook: "今日账目", live: "进行中", inIvr: "其中在自助", sum: "合计", unexplained: "未解释",
    stats: "接 {a}", statsMissed: "接 {a} · 漏 {m}",
    f: {
    level: "{n} 秒内接起 ÷(接起 + 放弃 - 速挂),今日，目标 {target}", levelAll: "各队列时限内接起之和 ÷(接起 + 放弃 - 速挂),今日",
    answerRate: "接起 ÷ 转人工请求，今日", abandonRate: "(放弃 - 速挂)÷ 转人工请求，今日", speed: "接起的来电从排队到接起的平均时间，今日",
    longest: "此刻等得最久的人；超过 {a} 秒黄，超过 {r} 秒红", waiting: "此刻在队列里等的人数", offered: "今日请求转人工的来电", ready: "此刻能接电话的座席",
    short: "排队后很快挂断，不计入服务水平", book: "来电 = 进行中 + 各种结局；差额应为 0",
    },
  },
  outcome: {
    answered: "接起", served_in_ivr: "自助完成", left_in_ivr: "自助内挂机", abandoned: "排队放弃", short_abandon: "速挂", callback: "预约回拨", message: "留言",
    transferred_out: "转出", closed: "非工作时间", degraded: "应急接听", blocked: "黑名单",
  },
};

type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
export type Words = Shape<typeof zh>;
