import en from "./en/operator.json";
import { addTexts } from "./later";
import ru from "./ru/operator.json";

addTexts({ ru, en });
