const e={news:"动态",case_story:"典型案例",guide:"知识",notice:"公告"};export{e as k};
