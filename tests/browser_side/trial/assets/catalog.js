export const catalog = {
  zh: {
    Settings: "设置",
    "{count} tokens": "{count} 代币",
    "about {count} tokens": "约 {count} 代币",
    "Ask anything": "随便问",
    Message: "消息",
    "Claim {amount} Tokens": "领取 {amount} 代币",
    "Claim in {time}": "{time} 后可领取",
  },
};
