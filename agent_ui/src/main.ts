// Starts the page.
import "element-plus/es/components/base/style/css";
import "element-plus/es/components/input/style/css";
import "element-plus/es/components/skeleton/style/css";
import "element-plus/es/components/skeleton-item/style/css";
import "element-plus/es/components/tooltip/style/css";
import "./styles/tokens.css";
import "./styles/ui.css";
import "./styles/frame.css";
import "./styles/element.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { router } from "./router";
import { dark, wear } from "./theme";
import { language, speak, words } from "./words";

wear(dark.value, false);
speak(language.value);
createApp(App).use(createPinia()).use(words).use(router).mount("#app");
