// What the form says, in English and in Chinese.

const ENGLISH = {
  card: "Card",
  alipay: "Alipay",
  wechat_pay: "WeChat Pay",
  link: "Link",
  crypto: "Crypto",
  sepa_debit: "SEPA Debit",
  methods: "Payment method",
  number: "Card number",
  expiry: "Expiration date",
  cvc: "Security code",
  hint: "Test card: 4242 4242 4242 4242",
  standin: "Stand-in for Stripe: no real money.",
  redirect: "You will be sent to a test page to complete your payment.",
  scan: "You will be shown a code to scan.",
  at_once: "There is nothing to fill in.",
  challenge: "The bank asks whether it is you.",
  complete: "Complete",
  fail: "Fail",
  code: "QR code",
  simulate: "Simulate scan",
  close: "Close",
  incomplete_number: "Your card number is incomplete.",
  invalid_number: "Your card number is invalid.",
  incomplete_expiry: "Your card's expiration date is incomplete.",
  invalid_expiry_month_past: "Your card's expiration date is in the past.",
  invalid_expiry_month: "Your card's expiration month is invalid.",
  incomplete_cvc: "Your card's security code is incomplete.",
};
const CHINESE = {
  card: "银行卡",
  alipay: "支付宝",
  wechat_pay: "微信支付",
  link: "Link",
  crypto: "加密货币",
  sepa_debit: "SEPA 借记",
  methods: "支付方式",
  number: "卡号",
  expiry: "有效期",
  cvc: "安全码",
  hint: "测试卡号：4242 4242 4242 4242",
  standin: "这是 Stripe 的替身，不涉及真实资金。",
  redirect: "您将前往一个测试页面完成付款。",
  scan: "我们将显示一个二维码供您扫描。",
  at_once: "无需填写任何内容。",
  challenge: "银行需要确认是您本人。",
  complete: "完成",
  fail: "失败",
  code: "二维码",
  simulate: "模拟扫码",
  close: "关闭",
  incomplete_number: "您的卡号不完整。",
  invalid_number: "您的卡号无效。",
  incomplete_expiry: "您的银行卡有效期不完整。",
  invalid_expiry_month_past: "您的银行卡有效期已过。",
  invalid_expiry_month: "您的银行卡有效期月份无效。",
  incomplete_cvc: "您的银行卡安全码不完整。",
};
// What the API says in English.
const CHINESE_REFUSALS = {
  generic_decline: "您的银行卡被拒绝。",
  card_declined: "您的银行卡被拒绝。",
  insufficient_funds: "您的银行卡余额不足。",
  expired_card: "您的银行卡已过期。",
  incorrect_cvc: "您的银行卡安全码不正确。",
  incorrect_number: "您的卡号不正确。",
  payment_intent_authentication_failure: "无法验证您的支付方式，请选择其他支付方式重试。",
};
const isChinese = (locale) =>
  (!locale || locale === "auto" ? navigator.language : locale).startsWith("zh");
const words = (locale) => (isChinese(locale) ? CHINESE : ENGLISH);
const inLanguage = (error, locale) => {
  const text = CHINESE_REFUSALS[error.decline_code] ?? CHINESE_REFUSALS[error.code];
  return text && isChinese(locale) ? { ...error, message: text } : error;
};
