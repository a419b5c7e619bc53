// Listens for what happens to the account in other tabs, on other devices and on the server.
import { useEffect } from "react";
import { goToLogin } from "./backend.js";
import { useLatest } from "./latest.js";
import { reconnectingSocket } from "./reconnecting_socket.js";

const HANDLERS = {
  wallet: "onWallet",
  payments: "onPayments",
  chats: "onChats",
  turns: "onTurns",
  profile: "onProfile",
};

export function AccountLive(props) {
  const latest = useLatest(props);
  const { active } = props;
  useEffect(() => {
    if (!active) return undefined;
    const poke = (topic) => latest.current[HANDLERS[topic]]?.();
    return reconnectingSocket({
      path: () => "/live/account",
      onOpen: (again) => again && Object.keys(HANDLERS).forEach(poke),
      onText: poke,
      onClose: (code) => {
        if (code === 4401) goToLogin();
        return code === 4401;
      },
    });
  }, [active, latest]);
  return null;
}
