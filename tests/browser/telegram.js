// What a page meets inside a Telegram client: events posted through TelegramWebviewProxy, answers
// and presses through Telegram.WebView.receiveEvent, as the iOS and Android clients do it.
(() => {
  const config = CONFIG;
  // A client's own buttons outlive a reload of the page in it.
  const KEPT = "__tg";
  const kept = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    } catch {
      return {};
    }
  };
  const client = {
    events: [],
    theme: config.theme,
    biometry: { available: false, access: true, passes: true, asked: false },
    download: "downloading",
    main: {},
    back: {},
    settings: {},
    closing: {},
    ...kept(),
    emit(name, data) {
      window.Telegram?.WebView?.receiveEvent?.(name, data);
    },
  };
  window.__tg = client;

  function biometryInfo() {
    const { available, access, asked } = client.biometry;
    if (!available) return { available: false };
    return {
      available: true,
      access_requested: asked,
      access_granted: asked && access,
      device_id: "test-device",
      token_saved: false,
      type: "face",
    };
  }
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const merge = (name) => (data) => {
    Object.assign(client[name], data);
    const { main, back, settings, closing, biometry, theme } = client;
    const state = { main, back, settings, closing, biometry, theme };
    sessionStorage.setItem(KEPT, JSON.stringify(state));
  };
  // What a method changes or answers: nothing, or the event's name and data.
  const methods = {
    web_app_setup_main_button: merge("main"),
    web_app_setup_back_button: merge("back"),
    web_app_setup_settings_button: merge("settings"),
    web_app_setup_closing_behavior: merge("closing"),
    web_app_request_theme: () => ["theme_changed", { theme_params: client.theme }],
    web_app_request_viewport: () => [
      "viewport_changed",
      {
        width: innerWidth,
        height: innerHeight,
        is_expanded: true,
        is_state_stable: true,
      },
    ],
    web_app_request_safe_area: () => ["safe_area_changed", none],
    web_app_request_content_safe_area: () => ["content_safe_area_changed", none],
    web_app_biometry_get_info: () => ["biometry_info_received", biometryInfo()],
    web_app_biometry_request_access() {
      merge("biometry")({ asked: true });
      return ["biometry_info_received", biometryInfo()];
    },
    web_app_biometry_request_auth: () => [
      "biometry_auth_requested",
      client.biometry.available && client.biometry.access && client.biometry.passes
        ? { status: "authorized", token: "" }
        : { status: "failed" },
    ],
    web_app_open_popup: (data) => ["popup_closed", { button_id: data?.buttons?.[0]?.id ?? null }],
    web_app_read_text_from_clipboard: (data) => [
      "clipboard_text_received",
      { req_id: data?.req_id, data: "" },
    ],
    web_app_request_file_download: () => ["file_download_requested", { status: client.download }],
  };

  window.TelegramWebviewProxy = {
    postEvent(name, json) {
      const data = json === undefined || json === "" ? undefined : JSON.parse(json);
      client.events.push({ name, data });
      const answer = methods[name]?.(data);
      if (answer) setTimeout(() => client.emit(...answer), 0);
    },
  };
})();
